"""Distill-style figures and the classic systems, as short programs on the core. No recipe has a loop of its own."""
