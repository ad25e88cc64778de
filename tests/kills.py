"""Saves that are killed: one process loads the library, its children save again and again, each until it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = """
import os, shutil, signal, sys, time
sys.path.insert(0, sys.argv[2])
from tests.browser import {module}
one, path = {module}.{make}, sys.argv[1]
for moment in range({kills}):
    ready, told = os.pipe()
    child = os.fork()
    if not child:
        os.write(told, b".")
        while True:
            one.save(path)
    os.read(ready, 1)
    time.sleep(0.05 + {apart} * moment)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if os.path.exists(path):
        shutil.copytree(path, f"{{path}}-{{moment}}")
"""


def killed_saves(path: Path, module: str, make: str, kills: int, apart: float) -> list[Path]:
    """What stood at a path after each of so many kills, `apart` seconds later each time.

    What is saved is made by `make` in a module of `tests.browser`.
    """
    script = SCRIPT.format(module=module, make=make, kills=kills, apart=apart)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", script, str(path), str(ROOT)], check=True, env=environment)
    return [found for moment in range(kills) if (found := path.with_name(f"{path.name}-{moment}")).exists()]
