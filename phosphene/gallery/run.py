"""Programs are run one after the other; each leaves its picture in the folder as soon as it has ended."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from PIL import Image
from tqdm import tqdm

from ..errors import BadArgument
from ..serialize import write_whole
from . import picture
from .program import Program, choose


@dataclass(frozen=True)
class Made:
    """How a program went.

    seconds: how long it ran, None where the picture of the same text was there already.  problem: the error and its line,
    empty where the picture is there.
    """

    program: Program
    seconds: float | None = None
    problem: str = ""

    def __str__(self) -> str:
        went = "is there already" if self.seconds is None else f"{self.seconds:.1f} s"
        return f"{self.program.name}: {self.problem or went}"


def make(
    folder: str | Path,
    chosen: Sequence[Program] | None = None,
    *,
    again: bool = False,
    progress: bool = True,
    after: Callable[[Made], Any] = lambda made: None,
) -> list[Made]:
    """Make the picture of every program, NAME.png in a folder, which is made where it is not there.

    chosen: all programs of the gallery where not given.  again: also those whose picture was made by the same text.  after:
    called with each. A program that fails does not stop the others. Ctrl-C raises KeyboardInterrupt; what has been written
    stays, and the same call goes on from there. Errors: BadArgument for a folder that cannot be made or has pictures of
    others under these names, NotWritten.
    """
    chosen = choose() if chosen is None else chosen
    folder, found = _folder(Path(folder), chosen), []
    with tqdm(chosen, disable=None if progress else True, leave=False, unit="program") as bar:
        for program in bar:
            bar.set_description(program.name)
            found.append(_one(program, folder / f"{program.name}.png", again))
            after(found[-1])
    return found


def run(program: Program) -> Image.Image:
    """Run the code of a program in names of its own, and return what it calls `picture`.

    Errors: those of the program; BadArgument where there is no picture at the end.

    >>> text = '"A\\\\n\\\\nB"\\nimport torch\\npicture = torch.ones(3, 4, 4) / 2'
    >>> run(Program("gray", text)).getpixel((0, 0))
    (128, 128, 128)
    """
    names: dict[str, Any] = {"__name__": program.name}
    with _stopping():
        exec(compile("\n" * program.before + program.code, _file(program), "exec"), names)
    if "picture" not in names:
        raise BadArgument(f"the program {program.name!r} has no picture", "a last line expected", "write picture = ...")
    return picture.image_of(names["picture"])


def made(folder: str | Path, known: Sequence[Program] | None = None) -> tuple[Program, ...]:
    """The programs whose pictures are in a folder, with the text that each picture was made by."""
    known = choose() if known is None else known
    texts = {program.name: picture.carried(Path(folder) / f"{program.name}.png") for program in known}
    return tuple(Program(name, text) for name, text in texts.items() if text is not None)


def _one(program: Program, path: Path, again: bool) -> Made:
    if not again and picture.carried(path) == program.text:
        return Made(program)
    start = time.perf_counter()
    try:
        image = run(program)
    except Exception as problem:
        return Made(program, time.perf_counter() - start, _told(program, problem))
    write_whole(path, picture.encoded(image, program.text))
    return Made(program, time.perf_counter() - start)


@contextmanager
def _stopping() -> Iterator[None]:
    """Ctrl-C ends the program, although `render` returns what it has painted until then."""
    asked = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if asked:
            raise KeyboardInterrupt


def _told(program: Program, problem: Exception) -> str:
    """The error, and the line of the program that it came from."""
    lines, place = [], problem.__traceback__
    while place is not None:
        lines += [place.tb_lineno] if place.tb_frame.f_code.co_filename == _file(program) else []
        place = place.tb_next
    return f"{f'line {lines[-1]}: ' if lines else ''}{type(problem).__name__}: {problem}"


def _file(program: Program) -> str:
    """The file as tracebacks name it."""
    return f"<gallery {program.name}>"


def _folder(folder: Path, chosen: Sequence[Program]) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as problem:
        raise BadArgument(
            f"the folder {str(folder)!r}: {problem.strerror}",
            "a folder, or a new one in a folder, expected",
            "write the path of another",
        ) from problem
    paths = (folder / f"{program.name}.png" for program in chosen)
    for path in paths:
        if path.exists() and picture.carried(path) is None:
            raise BadArgument(
                f"the folder {str(folder)!r} holds {path.name!r}, which no program of the gallery made",
                "a folder of the gallery's own expected",
                "write the path of another",
            )
    return folder
