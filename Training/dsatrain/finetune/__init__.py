"""Fine-tuning: corrected cases make a child of a model, with replay so that nothing is forgotten.

`choose` sorts the cases, `make_plan` says what will happen, `finetune` does it. Whether the child
may take its parent's place is for `dsatrain.gate` to say.
"""

from dsatrain.finetune.choose import Chosen, choose
from dsatrain.finetune.learned import Learned, learned_by
from dsatrain.finetune.plan import Plan, make_plan
from dsatrain.finetune.run import TRAINING, OnEvent, finetune

__all__ = [
    "TRAINING",
    "Chosen",
    "Learned",
    "OnEvent",
    "Plan",
    "choose",
    "finetune",
    "learned_by",
    "make_plan",
]
