"""The network. `config` and `resample` need no torch; the other modules do."""

from dsanet.model.config import STRIDE, DSANetConfig
from dsanet.model.resample import FIXED_FRAMES, resampling_weights

__all__ = ["FIXED_FRAMES", "STRIDE", "DSANetConfig", "resampling_weights"]
