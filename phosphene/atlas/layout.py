"""Layouts: each picture of a collection gets a place in the plane, near the pictures that a layer answers alike."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError, safe_open

from ..errors import BadArgument, ShapeMismatch
from ..serialize import writable, write_whole
from ..values import check_integer
from .bounds import bounded
from .census import Doubles, Places, Source, census, places_of
from .methods import check_method, umap
from .neighbours import MOST
from .outcome import judged, made_by
from .placing import laid_out
from .turn import alike, upright

USUAL = umap()


@dataclass(frozen=True, eq=False)
class Layout:
    """Where the pictures of a collection stand.

    image: (n,), places in the collection's list, ascending.  place: (n, 2), x to the right and y downwards in [0, 1], NaN
    for outliers.  outliers: how many there are, by reason: "unreadable", "nonfinite", "zero", "unplaced" by the method,
    "far" from every landmark, "outside" of the bounds.  made: how the layout was made, as text by name.
    """

    image: Places
    place: Doubles
    outliers: Mapping[str, int]
    made: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.place.shape != (len(self.image), 2):
            raise ShapeMismatch(
                f"places of shape {self.place.shape} for {len(self.image)} pictures",
                f"({len(self.image)}, 2) expected",
                "write np.stack([x, y], 1)",
            )
        if (np.diff(self.image) <= 0).any():
            raise BadArgument(
                "pictures that do not ascend", "every picture once, in order, expected", "sort them first"
            )

    def at(self, image: Any) -> Doubles:
        """The places of some pictures: (m,) -> (m, 2); BadArgument for one that the layout does not have."""
        return self.place[places_of(self.image, image)]

    def save(self, path: str | Path) -> Path:
        """Write one file, .safetensors or .npz; the same layout gives the same bytes."""
        path = _kind(writable(path))
        about = {"outliers": dict(self.outliers), "made": dict(self.made), "digest": _digest(self.image, self.place)}
        text = json.dumps(about, sort_keys=True)
        arrays = {"image": self.image, "place": self.place}
        if path.suffix == ".safetensors":
            write_whole(path, safetensors.numpy.save(arrays, {"layout": text}))
        else:
            buffer = io.BytesIO()
            np.savez(buffer, layout=np.array(text), image=self.image, place=self.place)
            write_whole(path, buffer.getvalue())
        return path

    @staticmethod
    def load(path: str | Path) -> Layout:
        """Read what `save` wrote; BadArgument for any other file."""
        path = _kind(Path(path))
        try:
            if path.suffix == ".safetensors":
                with safe_open(path, "numpy") as file:
                    text, image, place = (file.metadata() or {})["layout"], *map(file.get_tensor, ("image", "place"))
            else:
                with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                    text, image, place = str(file["layout"]), file["image"], file["place"]
            about = json.loads(text)
            if about.pop("digest") != _digest(image, place):
                raise ValueError("damaged")
            return Layout(image, place, **about)
        except FileNotFoundError:
            raise BadArgument(f"{str(path)!r}: no such file", "a saved layout expected", "check the path") from None
        except (OSError, KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile, SafetensorError) as problem:
            raise BadArgument(
                f"{str(path)!r} holds no layout ({type(problem).__name__})",
                "a file that Layout.save wrote expected",
                "write layout.save('layout.safetensors')",
            ) from problem


def _digest(*arrays: Any) -> str:
    return hashlib.blake2b(b"".join(one.tobytes() for one in arrays), digest_size=16).hexdigest()


def _kind(path: Path) -> Path:
    if path.suffix not in (".safetensors", ".npz"):
        raise BadArgument(
            f"the layout {str(path)!r}",
            "a .safetensors or .npz file expected",
            f"write {path.with_suffix('.safetensors').name!r}",
        )
    return path


def layout(
    rows: Source,
    method: Callable[[Doubles, int], Doubles] = USUAL,
    seed: int = 0,
    landmarks: int = 20000,
    components: int = 50,
    like: Layout | None = None,
) -> Layout:
    """The layout of a layer's rows; the same for the same pictures, whatever their order and the size of the parts.

    rows: gives the rows from the first one at every call.  method: `atlas.umap()`, `atlas.pca()` or a function
    (n, d), seed -> (n, 2).  landmarks: so many pictures are laid out by the method, all others by their nearest ones among
    these.  components: what the method sees of each direction; all of it where a layer has no more channels.  like: a
    layout of the same collection, another layer's perhaps, to which this one is turned; without one the largest variance
    goes along x and both axes have no negative skewness.

    Activations are divided by their lengths and not centered. What is held: keys and places of all, the components of the
    landmarks. The rows are read up to four times.
    Errors: BadArgument for fewer than 3 activations that can be laid out, for activations that are all alike, and for
    pictures that are there twice; what the method raises.

    Source: Carter et al. 2019, Activation Atlas; bounds and outliers as `bounds` says.

    >>> from phosphene.atlas import pca
    >>> from phosphene.collection import Rows
    >>> a = np.random.default_rng(0).random((30, 4), np.float32)
    >>> key = np.arange(240, dtype=np.uint16).view(np.uint8).reshape(30, 16)
    >>> none = np.zeros((30, 0), np.int64)
    >>> some = Rows(np.arange(30), key, np.zeros((30, 2), np.int64), a, none, none, np.full(30, -1), np.zeros(30, np.uint8))
    >>> found = layout(lambda: [some], pca())
    >>> found.place.shape, dict(found.outliers)
    ((30, 2), {})
    """
    check_integer("layout", "seed", seed, 0, 2**32 - 1)
    check_integer("layout", "landmarks", landmarks, 3, MOST)
    check_integer("layout", "components", components, 2)
    check_method(method)
    found = census(rows)
    place, far = laid_out(rows, found, method, seed, landmarks, components)
    bounds = bounded(upright(place) if like is None else alike(place, _reference(like, found.image)))
    counted, order = judged(found, far, place, bounds).outliers(), np.argsort(found.image)
    made = made_by(method, seed, landmarks, components, pictures=pictures_of(found.key[order]))
    return Layout(found.image[order], bounds[order], counted, made)


def pictures_of(keys: Any) -> str:
    """A name for pictures by their keys (n, 16), in the order of the list: 16 hexadecimal digits."""
    return hashlib.blake2b(np.ascontiguousarray(keys).tobytes(), digest_size=8).hexdigest()


def _reference(like: Layout, image: Places) -> Doubles:
    """The places of pictures in another layout, NaN where it has none."""
    result = np.full((len(image), 2), np.nan)
    common = np.isin(image, like.image)
    result[common] = like.at(image[common])
    return result
