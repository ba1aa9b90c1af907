"""Samples that all variants of a seed learn from, made once.

Making them takes longer than a small network's steps: 1.1 s a phantom, which gives four samples.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from dsanet.atomic import new_folder, write_bytes
from dsatrain.batches import Crops
from dsatrain.sample import Sample
from dsatrain.train import TrainConfig
from dsatrain.train.data import TrainingData, phantoms

ARRAYS = ("frames", "times", "minip", "labels")


@dataclass(frozen=True)
class KeptCrops:
    """A source of samples that is asked for each of them once; then they lie in a folder.

    Attributes:
        source: Makes them.
        folder: Where they are kept; of this source alone.
    """

    source: Crops
    folder: Path

    def item(self, index: int) -> Sample:
        """The source's sample at an index, read or made.

        Raises:
            WriteError: It could not be kept.
        """
        path = self.folder / f"{index}.safetensors"
        if not path.is_file():
            sample = self.source.item(index)
            with new_folder(self.folder):
                write_bytes(path, _packed(sample))
            return sample
        return _unpacked(path)


def kept_phantoms(folder: Path) -> TrainingData:
    """The phantoms of `dsatrain.train.data`, their samples kept for the next training."""
    made = phantoms()
    return TrainingData(made.words, partial(_kept_crops, folder), made.validation_runs)


def _kept_crops(folder: Path, config: TrainConfig, lane: int) -> KeptCrops:
    return KeptCrops(phantoms().make_crops(config, lane), folder / f"lane-{lane}")


def _packed(sample: Sample) -> bytes:
    arrays = {name: np.ascontiguousarray(getattr(sample, name)) for name in ARRAYS}
    return save(arrays, {"name": sample.name, "replayed": "yes" if sample.replayed else ""})


def _unpacked(path: Path) -> Sample:
    with safe_open(path, "np") as file:
        words = file.metadata()
        arrays = {name: file.get_tensor(name) for name in ARRAYS}
    return Sample(**arrays, name=words["name"], replayed=bool(words["replayed"]))
