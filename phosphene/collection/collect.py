"""Collecting: pictures in, a folder of activations out; the same call goes on where an earlier one ended."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from ..engines import run
from ..errors import BadArgument
from ..models import as_vision
from ..values import check_integer
from . import sources
from .define import define
from .definition import TOP
from .entries import ordered
from .look import Look
from .report import SHOWN, BrokenPictures, report
from .sources import Entry, Source
from .store import Collection
from .work import Work


class Unfinished(UserWarning):
    """Pictures of an earlier run that a collection still waits for, and that the source at hand does not have."""


def collect(
    model: Any,
    pictures: Any,
    layers: str | Sequence[str],
    folder: str | os.PathLike[str],
    *,
    seed: int = 0,
    size: int | tuple[int, int] | None = None,
    attribution: int = TOP,
    dtype: str = "float16",
    batch: int = 8,
    threads: int = 1,
    per_shard: int = 2048,
    take: str = "sampled",
    examples: int = 0,
    workers: int | None = None,
    ray: str | None = None,
    progress: bool = True,
) -> Collection:
    """Look at pictures, and keep one position of each at every layer, with what it adds to the classes.

    pictures: a source (`sources.folder`, `tars`, `dataset`, `drawn`, one of your own), or the path of a folder.  layers: one
    or several, as in `Capture`; all in one pass.  folder: a new one, or one that an earlier call wrote: what is there is not
    done again, new pictures are added, none counts twice.  seed: of the positions.  size: of the pictures as the network sees
    them, its own by default: each is scaled until it covers it, and cut about its centre.  attribution: how many of the
    largest classes are kept; 0: none, -1: all.  dtype: "float16" or "float32".  batch, threads: of the pass; the last bits
    hang on them, so a folder is gone on with the same ones.  per_shard: pictures in a file, a multiple of batch.  take:
    "sampled", or, without attribution, the "mean" over all positions or the "max" of each channel.  examples: so many
    pictures with the largest activation of each channel are found as well, and with the smallest (`Collection.extremes`).
    workers, ray: as in `engines.run`; the bytes are the same.

    It may be ended at any time, by Ctrl-C, a crash or a full disk: at most `workers` units of `per_shard` pictures are lost.
    Memory does not grow with the number of pictures, but for 16 bytes and the name of each while the list is made.
    Pictures that cannot be read, or give NaN or infinity, are counted, listed by `report`, and warned of: BrokenPictures.
    Warns Unfinished where the folder waits for pictures of another source.

    Errors, before the first picture is looked at: BadArgument for a source without pictures, a folder of other things, another
    definition than the folder's, with the difference; those of `Capture` and `class_attribution`; ModelState. Later: BadPicture
    where a whole unit cannot be read, BadArgument for numbers that float16 cannot hold, NotWritten.

    >>> import tempfile, phosphene as ph
    >>> made = collect(ph.models.load("patterns"), sources.drawn(20), ["block3"], tempfile.mkdtemp(), progress=False)
    >>> rows = made.read("block3", 0)
    >>> print(report(made)), rows.activation.shape, rows.top.shape
    20 pictures: 20 fine
    (None, (20, 80), (20, 16))
    """
    vision, source = as_vision(model), source_of(pictures)
    if workers is not None:
        check_integer("collect", "workers", workers, 1)
    definition = define(
        vision, layers, seed=seed, size=size, attribution=attribution, dtype=dtype, batch=batch, threads=threads,
        per_shard=per_shard, take=take, examples=examples,
    )  # fmt: skip
    look = Look(vision, definition)
    entries = _some(source)
    work = Work(Collection.create(folder, definition), source, vision)
    reasons = _do(work, look, entries, workers, ray, progress)
    _warn(work.collection, reasons)
    return work.collection


def source_of(pictures: Any) -> Source:
    """A source, or the path of a folder."""
    if isinstance(pictures, (str, os.PathLike)):
        return sources.folder(pictures)
    if isinstance(pictures, Source):
        return pictures
    raise BadArgument(
        f"{type(pictures).__name__} as pictures to collect",
        "a source of pictures, or the path of a folder, expected",
        'write sources.dataset(data, name="..."), sources.tars("*.tar"), sources.drawn(1000) or sources.folder("path")',
    )


def _some(source: Source) -> Iterator[Entry]:
    """The pictures of a source; BadArgument where there is none."""
    entries = iter(source.listed())
    first = next(entries, None)
    if first is None:
        raise BadArgument(f"{source!r}, in which there is no picture"[:300], "one or more expected", "check the path")
    return chain([first], entries)


def _append(collection: Collection, entries: Iterator[Entry], progress: bool) -> list[int]:
    """Add what is new to the list, and give the units that can be done: those of which the source has a picture."""
    before = collection.missing()
    listed = bytearray()

    def watched() -> Iterator[Entry]:
        for entry in tqdm(entries, "listing", disable=None if progress else True, leave=False, unit="picture"):
            if before:
                listed.extend(entry.key)
            yield entry

    collection.append(watched())
    have = np.unique(ordered(np.frombuffer(bytes(listed), np.uint8).reshape(-1, 16)))
    others = set()
    for k in before:
        unit = collection.unit(k)
        if not np.isin(ordered(collection.keys(unit.start, unit.stop)), have).any():
            others.add(k)
    return [k for k in collection.missing() if k not in others]


def _do(
    work: Work, look: Look, entries: Iterator[Entry], workers: int | None, ray: str | None, progress: bool
) -> list[tuple[str, str]]:
    """Do what there is to do; some of the unreadable pictures, and what is wrong with them."""
    reasons: list[tuple[str, str]] = []
    with tqdm(disable=None if progress else True, leave=False, unit="picture") as bar:

        def units() -> Iterator[int]:
            found = _append(work.collection, entries, progress)  # when the engine runs and asks for the first one
            bar.reset(sum(len(work.collection.unit(k)) for k in found))
            yield from found

        if workers in (None, 1) and ray is None:
            for k in units():
                reasons += work.done(look, k, bar.update).reasons
        else:
            with closing(run(work, units(), workers=workers, ray=ray)) as results:
                for _, done in results:
                    bar.update(done.pictures)
                    reasons += done.reasons
    return reasons[:SHOWN]


def _warn(collection: Collection, reasons: Sequence[tuple[str, str]]) -> None:
    found = report(collection)
    if found.unreadable or any(found.nonfinite.values()):
        why = "".join(f"; {name!r}: {reason}" for name, reason in reasons)
        warnings.warn(f"{found}{why}", BrokenPictures, stacklevel=3)
    if found.waiting:
        warnings.warn(
            f"{found.waiting} pictures of an earlier run are not in this source; collect with that one as well",
            Unfinished,
            stacklevel=3,
        )
