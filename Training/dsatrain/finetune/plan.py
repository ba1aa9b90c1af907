"""Plan: all that a fine-tuning will do, known and said before it begins."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from dsanet.cases import CaseEntry
from dsanet.errors import CaseError
from dsanet.packages import ModelPackage, check_name
from dsanet.packages.manifest import HOW_USED, TRUNK_IN_OVERVIEW
from dsatrain.batches import Crops
from dsatrain.data.folds import FOLDS, patient_folds
from dsatrain.evaluate import LabelledRun
from dsatrain.evaluate.cases import labelled_cases
from dsatrain.finetune.balance import balanced
from dsatrain.finetune.choose import Chosen
from dsatrain.finetune.frozen import case_crops
from dsatrain.finetune.learned import as_learned, learned_by, to_manifest
from dsatrain.finetune.mixture import Alternating, Replayed
from dsatrain.finetune.recipe import recipe
from dsatrain.train import PHANTOMS, TrainConfig, TrainingData, validation_phantoms
from dsatrain.train.data import digest_of, phantom_crops

FEWEST_PATIENTS = 8
"""From which some are held out. What two of six choose is chance, and their labels, corrections of
the parent's answers, favour the earliest weights."""

FEWEST_PHANTOMS = 2
MOST_NAMES = 3
INHERITED = ("temperatures", *(name for name in HOW_USED if name != TRUNK_IN_OVERVIEW))
"""What a child's manifest takes over from its parent's; how clear a trunk must be it finds anew."""

_ENDING = re.compile(r"-[0-9a-f]{6}")


@dataclass(frozen=True)
class Plan:
    """A fine-tuning before it begins.

    Attributes:
        parent: The model to start from.
        name: The child's name.
        config: The training's settings.
        trained: New cases that are learned from.
        drawn: The same, as often as they are drawn in a round.
        validated: New cases, of other patients, that choose the best weights; empty where there
            are too few patients.
        older: Cases that the parent has learned, replayed beside phantoms.
        excluded: Name and reason of the cases that are left out.
        replays: Whether there is replay at all.
    """

    parent: ModelPackage
    name: str
    config: TrainConfig
    trained: tuple[CaseEntry, ...]
    drawn: tuple[CaseEntry, ...]
    validated: tuple[CaseEntry, ...]
    older: tuple[CaseEntry, ...]
    excluded: tuple[tuple[str, str], ...]
    replays: bool = True

    def data(self) -> TrainingData:
        """What the training loop draws from and is validated on."""
        crops = partial(mixed_crops, self.drawn, self.older, self.replays)
        return TrainingData(self.config.data, crops, self._validation_runs, self._how_used())

    def lines(self) -> list[str]:
        """Say it, one sentence a line."""
        held = f"{len(self.validated)} of other patients choose the best weights"
        few = f"no case is held out: that takes {FEWEST_PATIENTS} patients"
        older = f"{len(self.older)} older cases and phantoms" if self.older else "phantoms"
        return [
            f"parent {self.parent.name} {self.parent.weights_sha256[:12]} becomes {self.name}",
            f"learns from {len(self.trained)} new cases; {held if self.validated else few}",
            *self._drawn_more_often(),
            f"every second sample is replay ({older})" if self.replays else "without replay",
            f"{self.config.steps} steps of {self.config.batch_size} crops of"
            f" {self.config.crop_px} px on each of its processes",
            *(f"left out: {cases}: {reason}" for reason, cases in self._left_out().items()),
        ]

    def facts(self) -> dict[str, Any]:
        """What the child's manifest says beside the training's settings."""
        learned = {*learned_by(self.parent), *map(as_learned, (*self.trained, *self.validated))}
        return {
            "parent": self.parent.weights_sha256,
            "parent_name": self.parent.name,
            "learned": to_manifest(learned),
            **self._how_used(),
        }

    def _how_used(self) -> dict[str, Any]:
        """How the child's answers are read, as its parent's are."""
        said = self.parent.manifest
        return {key: said[key] for key in INHERITED if key in said}

    def _drawn_more_often(self) -> list[str]:
        """The cases of the rarer kind, with or without MAT, in a sentence; nothing without any."""
        more = [entry for entry in self.trained if self.drawn.count(entry) > 1]
        if not more:
            return []
        times, names = self.drawn.count(more[0]), [entry.name for entry in more]
        return [f"so that MAT and no MAT both count, drawn {times} times as often: {_named(names)}"]

    def _left_out(self) -> dict[str, str]:
        """The cases that are left out by their reason."""
        reasons = dict.fromkeys(reason for _, reason in self.excluded)
        return {why: _named([name for name, of in self.excluded if of == why]) for why in reasons}

    def _validation_runs(self, _count: int) -> list[LabelledRun]:
        """Held-out cases, and as many phantoms: what is new counts as much as what was known."""
        if not self.validated:
            return []
        phantoms = max(FEWEST_PHANTOMS, len(self.validated))
        return [*labelled_cases(list(self.validated)), *validation_phantoms(phantoms)]


def _named(names: list[str]) -> str:
    """A few cases by name, many by number."""
    return ", ".join(names) if len(names) <= MOST_NAMES else f"{len(names)} cases"


def mixed_crops(
    drawn: tuple[CaseEntry, ...],
    older: tuple[CaseEntry, ...],
    replays: bool,
    config: TrainConfig,
    lane: int,
) -> Crops:
    """New cases in turns with replay: phantoms, in turns with older cases where there are any."""
    new = case_crops(drawn, config, lane)
    if not replays:
        return new
    known: list[Crops] = [phantom_crops(config, lane)]
    if older:
        known.append(case_crops(older, config, lane))
    return Alternating([new, Replayed(Alternating(known))])


def make_plan(
    parent: ModelPackage,
    chosen: Chosen,
    name: str | None = None,
    *,
    replays: bool = True,
    **changes: Any,
) -> Plan:
    """Plan a fine-tuning.

    Args:
        parent: The model to start from.
        chosen: From `dsatrain.finetune.choose`.
        name: The child's; None makes one of the parent's and the cases' hash.
        replays: False learns from new cases alone, which forgets; for comparisons.
        changes: What of `TrainConfig` is to be otherwise.

    Raises:
        CaseError: There is nothing new to learn.
        PackageError: It may not have this name.
    """
    if not chosen.new:
        found = "; ".join(f"{case}: {reason}" for case, reason in chosen.excluded[:3])
        known = f"{len(chosen.older)} cases are known to {parent.name} already"
        msg = f"there is no new case to learn from ({found or known}); correct and accept some"
        raise CaseError(msg)
    validated = held_out(chosen.new, chosen.trunkless)
    trained = tuple(entry for entry in chosen.new if entry not in validated)
    drawn = balanced(trained, chosen.trunkless)
    digest = digest_of((*chosen.new, *chosen.older))
    config = recipe(parent, len(trained), validated=bool(validated), **changes)
    words = f"{len(trained)} new and {len(chosen.older)} older cases, sha256 {digest}"
    words += f", {len(drawn)} a round" if drawn != trained else ""
    if not replays:
        config = replace(config, distillation=0.0)
    return Plan(
        parent=parent,
        name=check_name(name or child_name(parent.name, digest)),
        config=replace(config, data=f"{words}, {PHANTOMS if replays else 'no replay'}"),
        trained=trained,
        drawn=drawn,
        validated=validated,
        older=chosen.older,
        excluded=chosen.excluded,
        replays=replays,
    )


def held_out(new: tuple[CaseEntry, ...], trunkless: Collection[str]) -> tuple[CaseEntry, ...]:
    """Cases of a fifth of the patients; none where there are fewer than eight patients.

    The first fifth without which there are still cases with and without a trunk to learn from.
    """
    patients = {entry.name: as_learned(entry).patient_key for entry in new}
    if len(set(patients.values())) < FEWEST_PATIENTS:
        return ()
    folds = [set(names) for names in patient_folds(patients, FOLDS)]

    def kinds_left(names: set[str]) -> int:
        return len({entry.name in trunkless for entry in new if entry.name not in names})

    names = max(folds, key=kinds_left)
    return tuple(entry for entry in new if entry.name in names)


def child_name(parent: str, digest: str) -> str:
    """Name a child after its first ancestor and the data that it learned from.

    >>> child_name("dsanet-phantom", "3fa9c1d2"), child_name("dsanet-phantom-3fa9c1", "00ff00ff")
    ('dsanet-phantom-3fa9c1', 'dsanet-phantom-00ff00')
    """
    root = parent[: -len("-3fa9c1")] if _ENDING.fullmatch(parent[-7:]) else parent
    return f"{root[:57]}-{digest[:6]}"
