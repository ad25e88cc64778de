"""The command line: thin, over the public API. Exit status 0, 1 for an error in what was asked, 2 for wrong usage.

A command is a function in the file of its kind and its line in `COMMANDS`; options that several have are in `options`.
"""

from __future__ import annotations

import signal
import sys
import threading
import warnings

import typer

from ..errors import PhospheneError
from . import atlas
from .attack import attack
from .dreaming import dream
from .embedding import embed, examples
from .explain import explain
from .figures import dictionary, grid, groups, influences
from .gallery import gallery
from .icons import icons
from .inversion import caricature, invert
from .maps import maps
from .networks import labels, layers
from .painting import render, replay, show
from .sprites import sprites
from .styles import doodle, style, texture
from .wording import worded

COMMANDS = (
    render,
    show,
    replay,
    layers,
    labels,
    icons,
    dictionary,
    grid,
    groups,
    influences,
    explain,
    maps,
    sprites,
    examples,
    embed,
    gallery,
    dream,
    invert,
    caricature,
    texture,
    style,
    doodle,
    attack,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ask vision networks what they see.",
)
for command in COMMANDS:
    app.command()(worded(command))
app.add_typer(atlas.app, name="atlas")


PACE = 10.0
"""Seconds between the lines that tell how far a command has come, where no terminal can show a bar."""


def main() -> None:
    """Run the command line; an error is three parts on stderr."""
    from ..render import progress

    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    warnings.showwarning = lambda message, *_: print(message, file=sys.stderr)
    clock = progress.clock.set(progress.Clock(PACE))
    try:
        app()
    except PhospheneError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        progress.clock.reset(clock)
