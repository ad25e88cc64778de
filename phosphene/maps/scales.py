"""What the end of the color scale means: each map's largest number, the frame's, the clip's, or a given one."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ..errors import BadArgument
from ..figures.layout import short
from ..values import check_number
from .colors import Bytes, colored
from .frames import once
from .looking import Looks

SCALES = ("own", "shared", "clip")


class Scale:
    """Colors of a layer's maps. 0 is always one end of the scale, or with signs its middle.

    largest: what the end of the scale is; None where it changes from frame to frame.  signs: whether there are two ends.
    """

    def __init__(self, kind: str, largest: float | None, signs: bool) -> None:
        self.kind, self.largest, self.signs = kind, largest, signs

    def __call__(self, activation: Tensor, channels: Any, number: int) -> Bytes:
        """Some maps of an activation (C, rows, columns) of frame `number`, in color: (n, rows, columns, 3)."""
        if not self.signs and bool((activation < 0).any()):
            raise BadArgument(
                f"frame {number}, which has negative activations where the first frame had none",
                "a layer without them, such as one behind a ReLU, or colors for both signs expected",
                "write scale='clip', which looks at all frames first, or signed=True",
            )
        maps = activation[channels]
        if self.kind == "own":
            most = maps.abs().flatten(1).amax(1)[:, None, None]
        else:
            most = activation.abs().amax() if self.largest is None else activation.new_tensor(self.largest)
        return colored((maps / most.where(most > 0, most.new_tensor(1))).double().numpy(), self.signs)

    def ends(self) -> tuple[str, str]:
        """What stands at both ends of the scale."""
        words = {"own": "the largest of each map", "shared": "the layer's largest in this frame"}
        high = words[self.kind] if self.largest is None else short(self.largest)
        return ("−" + high if self.largest is not None else "the same below 0") if self.signs else "0", high


def scale_of(owner: str, wanted: Any, looks: Looks, layer: str, signed: bool | None) -> Scale:
    """The scale that is asked for: "own", "shared", "clip", which reads all frames once more, or the largest number.

    signed: whether the layer has negative numbers; None asks the first frame, and with "clip" all of them.
    """
    if (isinstance(wanted, str) and wanted not in SCALES) or not isinstance(wanted, (str, int, float)):
        words = ", ".join(map(repr, SCALES))
        raise BadArgument(f"{owner}: scale is {wanted!r}", f"{words} or a number expected", "write scale='shared'")
    if not isinstance(wanted, str):
        check_number(owner, "scale", wanted, 1e-30)
    if wanted == "clip":
        if not looks.frames.again:
            raise once("scale='clip', which reads all of them before it shows one")
        ends = [(float(x.min()), float(x.max())) for x in (one.activations[layer] for one in looks)]
        low, high = min(a for a, _ in ends), max(b for _, b in ends)
        return Scale("clip", max(high, -low) or 1.0, low < 0 if signed is None else signed)
    if signed is None:
        signed = bool((looks.first().activations[layer] < 0).any())
    return Scale(wanted, None, signed) if isinstance(wanted, str) else Scale("given", float(wanted), signed)
