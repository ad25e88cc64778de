"""`python -m phosphene.cli`."""

from . import main

main()
