"""Segment Editor effects for DSA, one file each; Slicer registers them by `EFFECTS`.

Slicer takes the folder's name for the module and the file's name for the class, and looks for the
class in the module before it loads the file into it, so all classes are here too.
Slicer registers them at each start, so none imports what it works with before it is used.
Source: Slicer 5.10 `Modules/Loadable/Segmentations/EditorEffects/
qSlicerSegmentEditorScriptedEffect.cxx`, `setPythonSource`; its own effects do the same.
"""

from DSASegmentationEffects.ReassignEffect import ReassignEffect
from DSASegmentationEffects.SmartEraseEffect import SmartEraseEffect
from DSASegmentationEffects.VesselLevelEffect import VesselLevelEffect
from DSASegmentationEffects.VesselTraceEffect import VesselTraceEffect

EFFECTS = (VesselTraceEffect, ReassignEffect, SmartEraseEffect, VesselLevelEffect)

__all__ = [
    "EFFECTS",
    "ReassignEffect",
    "SmartEraseEffect",
    "VesselLevelEffect",
    "VesselTraceEffect",
]
