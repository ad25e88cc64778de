"""Ctrl-C while the command `phosphene` is still importing: it ends at once, without a traceback.

The rest of the package takes seconds to import, PyTorch above all, and the command's own code comes after it. Ctrl-C then
ends the process as the system does (130 in a shell); `cli.main` puts Python's own handler back. Other programs that import
the package keep theirs.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from pathlib import Path

if (
    (
        Path(sys.argv[0] if sys.argv else "").stem.removesuffix("-script") == "phosphene"
        or sys.orig_argv[1:3] == ["-m", "phosphene.cli"]
    )
    and multiprocessing.parent_process() is None
    and threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.default_int_handler
):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
