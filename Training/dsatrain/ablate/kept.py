"""Samples that all variants of a seed learn from, made once.

Making them takes longer than a small network's steps: 1.1 s a phantom, which gives four samples.
"""

import io
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np

from dsanet.atomic import new_folder, write_bytes
from dsatrain.batches import Crops
from dsatrain.samples import Sample
from dsatrain.train import TrainConfig
from dsatrain.train.data import TrainingData, phantoms


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
        path = self.folder / f"{index}.npz"
        if not path.is_file():
            sample = self.source.item(index)
            with new_folder(self.folder):
                write_bytes(path, _packed(sample))
            return sample
        with np.load(path) as arrays:
            return Sample(**{name: _plain(arrays[name]) for name in arrays.files})


def kept_phantoms(folder: Path) -> TrainingData:
    """The phantoms of `dsatrain.train.data`, their samples kept for the next training."""
    made = phantoms()
    return TrainingData(made.words, partial(_kept_crops, folder), made.validation_runs)


def _kept_crops(folder: Path, config: TrainConfig, lane: int) -> KeptCrops:
    return KeptCrops(phantoms().make_crops(config, lane), folder / f"lane-{lane}")


def _packed(sample: Sample) -> bytes:
    packed = io.BytesIO()
    np.savez(packed, **{entry.name: getattr(sample, entry.name) for entry in fields(sample)})
    return packed.getvalue()


def _plain(array: np.ndarray) -> object:
    """The name and the flag are no arrays."""
    return array if array.ndim else array.item()
