"""Which unlabelled runs teach a model most when corrected: the uncertain and the unlike."""

from dsatrain.rank.describe import Described, describe
from dsatrain.rank.order import Ranked, order
from dsatrain.rank.sources import rank_cases, rank_folder

__all__ = ["Described", "Ranked", "describe", "order", "rank_cases", "rank_folder"]
