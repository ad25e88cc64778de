"""The gallery: programs of a few lines, each with the picture that it makes from drawn patterns and the bundled network.

`program` reads the files in `programs/`, `run` makes their pictures, `picture` turns what a program leaves into a small PNG
that carries the program, `pages` shows pictures and programs together. A new picture is one file in `programs/` and its name
in `order`.
"""

from .order import chapters
from .pages import check, readme, write
from .program import Program, choose, programs
from .run import Made, made, make

__all__ = ["Made", "Program", "chapters", "check", "choose", "made", "make", "programs", "readme", "write"]
