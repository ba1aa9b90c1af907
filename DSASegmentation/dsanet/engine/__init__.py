"""The engine: backends, tiling, and the path from a run to its prediction."""

from dsanet.engine.choose import DEVICES
from dsanet.engine.cleanup import ALL_STEPS, NO_STEPS, CleanUp
from dsanet.engine.engine import Engine
from dsanet.engine.prediction import Prediction

__all__ = ["ALL_STEPS", "DEVICES", "NO_STEPS", "CleanUp", "Engine", "Prediction"]
