"""Whether an attribution can be trusted: tests that any method is put to, with any objective.

`randomization` exchanges the network's weights, from the output on down, and asks whether the maps follow;
`label_randomization` compares with a network that learned nothing. `insertion` and `deletion` show and hide the places that a
method names first; `sensitivity_n` hides random ones and compares. `report` runs them all. Next: `attribution`, whose
methods these are.
"""

from .curves import Curves, deletion, insertion
from .randomization import Similarity, label_randomization, randomization
from .redrawn import redrawn
from .report import Report, chance, report
from .sensitivity import Sensitivity, sensitivity_n
from .similarity import rank_correlation, structural_similarity

__all__ = [
    "Curves",
    "Report",
    "Sensitivity",
    "Similarity",
    "chance",
    "deletion",
    "insertion",
    "label_randomization",
    "randomization",
    "rank_correlation",
    "redrawn",
    "report",
    "sensitivity_n",
    "structural_similarity",
]
