"""nnU-Net's own trainer, for a Python that has nnunetv2; nothing of this project's code.

`python nnunet_training_child.py FOLDER PARAMETERS PATCH BATCH STEPS` trains on the runs of FOLDER,
`frames-N.npy` float32 (T, H, W) as T channels and `labels-N.npy` uint8 (H, W): its trainer's
network, loss with deep supervision, optimiser, loader and augmentation, in one process on one core.
PARAMETERS is about how many its plain 2-D U-Net has, 0 for as many as its planner chooses. Writes
{"parameters", "step_s", "sample_s", "peak_bytes"} as the last line; seconds are of the processor.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from children import peak_bytes, timed
from nnunet_child import PATCH, STAGES, dataset_of, fitting_width, plans_of, size_of

NAME = "Dataset001_DSA"
PLANNED_WIDTH = 32
WARM_UP = 3


def main() -> None:
    """Train and time."""
    wanted, patch, batch, steps = map(int, sys.argv[2:6])
    trainer = make_trainer(Path(sys.argv[1]), wanted, patch, batch, steps)
    loader, _ = trainer.get_dataloaders()
    timed(trainer, loader, WARM_UP)
    sample_s, step_s = timed(trainer, loader, steps)
    found = {
        "parameters": size_of(trainer.network),
        "sample_s": sample_s,
        "step_s": step_s,
        "peak_bytes": peak_bytes(),
    }
    sys.stdout.write("\n" + json.dumps(found) + "\n")


def make_trainer(runs: Path, wanted: int, patch: int, batch: int, steps: int) -> Any:
    """nnU-Net's trainer on one core, its rate falling over so many steps, in a scratch folder."""
    folder = Path(tempfile.mkdtemp())
    places = {"nnUNet_raw": "raw", "nnUNet_preprocessed": "made", "nnUNet_results": "results"}
    no_loaders = {"nnUNet_n_proc_DA": "0"}  # samples are made in this process
    os.environ |= {key: str(folder / name) for key, name in places.items()} | no_loaders
    import torch
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

    torch.set_num_threads(1)
    channels = store(runs, folder / "made" / NAME / "nnUNetPlans_2d")
    stages = STAGES - (PATCH[0] // patch).bit_length() + 1  # down to 4 x 4, as for 512
    width = fitting_width(channels, wanted, stages) if wanted else PLANNED_WIDTH
    plans = {**plans_of(channels, width, stages, patch, batch), "continue_training": False}
    trainer = nnUNetTrainer(plans, "2d", "all", dataset_of(channels), torch.device("cpu"))
    trainer.num_epochs = steps
    trainer.initialize()
    return trainer


def store(runs: Path, folder: Path) -> int:
    """Write the runs as nnU-Net's preprocessing leaves them; give their number of channels."""
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    folder.mkdir(parents=True)
    for path in sorted(runs.glob("frames-*.npy")):
        frames = np.load(path)
        labels = np.load(path.with_name(path.name.replace("frames", "labels")))
        seg = labels[None, None].astype(np.int8)
        places = {label: np.argwhere(seg == label) for label in (1, 2)}
        nnUNetDatasetBlosc2.save_case(
            normalised(frames), seg, {"class_locations": places}, str(folder / path.stem)
        )
    return len(frames)


def normalised(frames: np.ndarray) -> np.ndarray:
    """Frames (T, H, W) -> float (T, 1, H, W), each of mean 0 and standard deviation 1."""
    data = frames[:, None] - frames.mean(axis=(1, 2))[:, None, None, None]
    return data / (frames.std(axis=(1, 2))[:, None, None, None] + 1e-8)


if __name__ == "__main__":
    main()
