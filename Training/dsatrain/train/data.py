"""Where a training's samples come from, and what it is validated on."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from dsanet.cases import CaseEntry
from dsanet.errors import CaseError
from dsatrain.batches import Crops
from dsatrain.crops import PhantomCrops
from dsatrain.data.crops import CaseCrops, training_cases
from dsatrain.data.folds import FOLDS, patient_folds
from dsatrain.evaluate.cases import labelled_cases
from dsatrain.evaluate.labelled import LabelledRun, labelled_phantom
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.train.config import PHANTOMS, TrainConfig

log = logging.getLogger(__name__)

VALIDATION_SEEDS_FROM = 800_000
"""Below all that `dsatrain.crops.SEEDS_APART` lets train, apart from the test set."""

VALIDATION_SIZE = (384, 384)


@dataclass(frozen=True)
class TrainingData:
    """What a training learns from.

    Attributes:
        words: For the package and the checkpoint: what it is, with a hash where it can change.
        make_crops: Gives the source of samples of one lane for the settings of a training. Where
            processes are not forked it is sent to the loaders, so it can be pickled.
        validation_runs: Gives at most so many runs that are not trained on.
        how_used: What a manifest says of how the network is used, for validation; beside
            `look_px` of the settings.
    """

    words: str
    make_crops: Callable[[TrainConfig, int], Crops]
    validation_runs: Callable[[int], list[LabelledRun]]
    how_used: Mapping[str, Any] = field(default_factory=dict)


def phantoms() -> TrainingData:
    """Ever new phantoms; validated on others of a size that is quick to segment."""
    return TrainingData(PHANTOMS, phantom_crops, validation_phantoms)


def phantom_crops(config: TrainConfig, lane: int) -> PhantomCrops:
    """The phantoms of one lane of a training."""
    return PhantomCrops(config.seed, config.crops, lane)


def case_crops(cases: Sequence[CaseEntry], config: TrainConfig, lane: int) -> CaseCrops:
    """The crops of cases, in the order of one lane of a training."""
    return CaseCrops(list(cases), config.seed, config.crops, lane)


def validation_phantoms(count: int) -> list[LabelledRun]:
    """Make the first runs of the validation set."""
    seeds = range(VALIDATION_SEEDS_FROM, VALIDATION_SEEDS_FROM + count)
    return [
        labelled_phantom(make_phantom(sample_settings(seed, size=VALIDATION_SIZE)))
        for seed in seeds
    ]


def cases_of(dataset: Path, fold: int) -> TrainingData:
    """The accepted training cases of a data set, but for one fold of its patients.

    Args:
        dataset: The data set's folder.
        fold: The fold that is validated on, from 0 to 4.

    Raises:
        CaseError: No case can be trained on, or there are fewer patients than folds.
    """
    entries, others = training_cases(dataset)
    for name, reason in others:
        log.warning("%s is left out: %s", name, reason)
    if not entries:
        msg = f"no case of {dataset} can be trained on; accept some, or import a data set"
        raise CaseError(msg)
    patients = {e.name: e.record.facts.patient_key for e in entries if e.record is not None}
    held_out = set(patient_folds(patients, FOLDS)[fold])
    trained = [entry for entry in entries if entry.name not in held_out]
    validated = [entry for entry in entries if entry.name in held_out]
    words = f"{len(trained)} cases, sha256 {digest_of(trained)}, without fold {fold} of {FOLDS}"
    log.info("training on %d cases, validating on %d", len(trained), len(validated))
    return TrainingData(
        words,
        partial(case_crops, trained),
        lambda count: list(labelled_cases(validated[:count])),
    )


def digest_of(entries: Sequence[CaseEntry]) -> str:
    """SHA-256 over names and hashes of all files of cases, its first 16 digits."""
    hashes = [
        f"{entry.name} {name} {digest}"
        for entry in sorted(entries, key=lambda entry: entry.name)
        if entry.record is not None
        for name, (digest, _) in sorted(entry.record.files.items())
    ]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]
