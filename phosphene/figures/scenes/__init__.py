"""The static figure of each kind, white, for print: one module for each, with one function `scene`."""
