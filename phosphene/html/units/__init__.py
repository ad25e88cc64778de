"""The page of units: icons beside the pictures of a data set that a unit answers most and least; one file, no script.

Which of them are shown is a choice of one, which the style sheet alone follows.
"""
