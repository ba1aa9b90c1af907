"""The names of the effects, apart from what they need: Slicer registers them at each start."""

TRACE, REASSIGN, SMART_ERASE = "DSA Vessel Trace", "DSA Reassign", "DSA Smart Erase"
LEVEL = "DSA Vessel Level"
