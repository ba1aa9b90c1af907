"""A training of this project, timed in a process of its own, on one core.

`python -m Testing.benchmarks.training_child DATASET PATCH BATCH STEPS DRAWN` fine-tunes the bundled
model on a data set's cases, samples made in the same process. DRAWN is `drawn` for as many frames
as the recipe draws and `all` for all of a run in every sample. Writes what
`nnunet_training_child` writes.
"""

import itertools
import json
import sys
from pathlib import Path

import numpy as np
import torch
from Testing.benchmarks.children import peak_bytes, timed

from dsanet.packages import DEFAULT_NAME, find_package
from dsanet.prepare import with_window
from dsatrain.augment import vary
from dsatrain.batches import collate
from dsatrain.data.crops import CaseCrops, training_cases
from dsatrain.sample import Sample, make_sample
from dsatrain.train import TrainConfig
from dsatrain.train.loop import inherited
from dsatrain.train.trainer import Trainer

MAX_FRAMES, WARM_UP = 8, 3


class WholeRuns(CaseCrops):
    """The recipe's samples, but with all frames of a run."""

    def item(self, index: int) -> Sample:
        """The crop at an index."""
        rng = np.random.default_rng((self.seed, index))
        drawn = self._drawn(self.number_at(index))
        last = len(drawn.prepared.frames) - 1
        sample = make_sample(with_window(drawn.prepared, (0, last)), drawn.labels, drawn.name)
        return vary(sample, self.settings, rng)


def main() -> None:
    """Train and time."""
    dataset, (patch, batch, steps) = Path(sys.argv[1]), map(int, sys.argv[2:5])
    torch.set_num_threads(1)
    package = find_package(DEFAULT_NAME)
    config = TrainConfig(
        network=package.config, crop_px=patch, batch_size=batch, max_frames=MAX_FRAMES
    )
    trainer = Trainer(config, initial=inherited(package, ()))
    source = WholeRuns if sys.argv[5] == "all" else CaseCrops
    crops = source(training_cases(dataset)[0], config.seed, config.crops)
    items = map(crops.item, itertools.count())
    batches = (collate(list(itertools.islice(items, batch))) for _ in itertools.count())
    timed(trainer, batches, WARM_UP)
    sample_s, step_s = timed(trainer, batches, steps)
    found = {
        "parameters": sum(weight.numel() for weight in trainer.network.parameters()),
        "sample_s": sample_s,
        "step_s": step_s,
        "peak_bytes": peak_bytes(),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
