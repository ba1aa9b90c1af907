"""nnU-Net's own trainer and predictor, for a Python that has nnunetv2; nothing of this project.

`python nnunet_study_child.py RUNS TESTS PARAMETERS PATCH BATCH STEPS SEED` trains on RUNS as
`nnunet_training_child.py` does and writes `answer-N.npy`, uint8 (H, W), beside each `frames-N.npy`
of TESTS, with the predictor's defaults but for its mirroring. {"parameters"} is the last line.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nnunet_child import dataset_of, size_of
from nnunet_training_child import make_trainer, normalised
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor


def main() -> None:
    """Train, then answer."""
    runs, tests = Path(sys.argv[1]), Path(sys.argv[2])
    wanted, patch, batch, steps, seed = map(int, sys.argv[3:8])
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002  batchgenerators draw from numpy's own state
    trainer = make_trainer(runs, wanted, patch, batch, steps)
    loader, _ = trainer.get_dataloaders()
    for step in range(steps):
        trainer.network.train()
        trainer.lr_scheduler.step(step)
        trainer.train_step(next(loader))
    predictor = predictor_of(trainer)
    for path in sorted(tests.glob("frames-*.npy")):
        image = normalised(np.load(path))
        answer = predictor.predict_single_npy_array(image, {"spacing": [999.0, 1.0, 1.0]})
        np.save(path.with_name(path.name.replace("frames", "answer")), answer[0].astype(np.uint8))
    sys.stdout.write("\n" + json.dumps({"parameters": size_of(trainer.network)}) + "\n")


def predictor_of(trainer: Any) -> nnUNetPredictor:
    """The predictor with the trained weights."""
    trainer.set_deep_supervision_enabled(False)
    predictor = nnUNetPredictor(device=torch.device("cpu"), use_mirroring=False, allow_tqdm=False)
    channels = len(trainer.configuration_manager.normalization_schemes)
    predictor.manual_initialization(
        trainer.network,
        trainer.plans_manager,
        trainer.configuration_manager,
        [trainer.network.state_dict()],
        dataset_of(channels),
        "nnUNetTrainer",
        None,
    )
    return predictor


if __name__ == "__main__":
    main()
