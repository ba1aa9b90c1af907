"""What each part of DSANet is worth: the same training with parts left out."""

from dsatrain.ablate.study import StudyPlan, run_study
from dsatrain.ablate.variants import VARIANTS, Variant

__all__ = ["VARIANTS", "StudyPlan", "Variant", "run_study"]
