"""Pictures of what units look for: feature visualization."""

from .bilateral import bilateral
from .class_picture import class_picture
from .diversity import faces
from .facet_table import facets
from .facets import faceted, probes
from .field import receptive_field
from .neurons import interpolation, negative
from .oygard import oygard
from .receptive_fields import receptive_fields
from .search import yosinski_search
from .yosinski import yosinski
from .yosinski_presets import YOSINSKI, yosinski_settings

__all__ = [
    "YOSINSKI",
    "bilateral",
    "class_picture",
    "faces",
    "faceted",
    "facets",
    "interpolation",
    "negative",
    "oygard",
    "probes",
    "receptive_field",
    "receptive_fields",
    "yosinski",
    "yosinski_search",
    "yosinski_settings",
]
