"""What each step that tidies labels is worth on phantoms, and what other steps would be.

Run with `python Testing/benchmarks/bench_cleanup.py [FIRST_SEED COUNT]`. Changes are means over the
runs whose truth has the class, with 95 % bootstrap intervals.
"""

import sys
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from dsanet.engine import NO_STEPS, Engine, Prediction
from dsanet.engine.cleanup import STEPS, Labels
from dsanet.engine.filling import EIGHT_NEIGHBOURS
from dsanet.labels import BACKGROUND, BV, MAT
from dsanet.prepare import PreparedRun
from dsatrain.evaluate import mean_with_interval
from dsatrain.evaluate.score import class_masks
from dsatrain.metrics.overlap import dice
from dsatrain.metrics.topology import cl_dice, components
from dsatrain.phantom import make_phantom, sample_settings

FIRST_SEED, COUNT = 850_000, 24
"""Below all seeds that are trained on, apart from those of the test and validation sets."""

LARGEST_HOLE = 6
SMALLEST_BRANCH = 30
SCORES = [(of, name) for of in ("BV", "MAT", "whole") for name in ("dice", "cl_dice")]


def main(arguments: list[str]) -> int:
    """Write the table.

    Args:
        arguments: First seed and count, or nothing.
    """
    first, count = (int(text) for text in arguments) if arguments else (FIRST_SEED, COUNT)
    answered = list(answers(Engine.load(), range(first, first + count)))
    lines = [f"{len(answered)} phantoms from seed {first}, true windows.", ""]
    lines.append(row("step", *(f"{of} {name}" for of, name in SCORES), "pieces a run"))
    lines.append(row(*["---"] * (len(SCORES) + 2)))
    for name, step in {**STEPS, "holes filled": filled, "branches to MAT": absorbed}.items():
        before = np.array([scores(one.labels, truth) for one, truth in answered])
        after = np.array([scores(step(one.labels, one.prepared), truth) for one, truth in answered])
        cells = [cell(values) for values in (after - before).T[: len(SCORES)]]
        pieces = f"{before[:, -1].mean():.0f} to {after[:, -1].mean():.0f}"
        lines.append(row(name, *cells, pieces))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def answers(engine: Engine, seeds: range) -> Iterator[tuple[Prediction, Labels]]:
    """What the network answers, and the truth."""
    for seed in seeds:
        phantom = make_phantom(sample_settings(seed))
        found = engine.segment(phantom.run, phantom.arterial_window, clean_up=NO_STEPS)
        yield found, phantom.labels


def scores(found: Labels, truth: Labels) -> list[float]:
    """Dice and clDice of each class that the truth holds, else nan; then the number of pieces."""
    masks = class_masks(found, truth)
    values = []
    for of, name in SCORES:
        answer, true = masks[of]
        score = dice if name == "dice" else cl_dice
        values.append(score(answer, true) if true.any() else float("nan"))
    return [*values, components(found != BACKGROUND)]


def filled(found: Labels, _prepared: PreparedRun) -> Labels:
    """Give small holes the class of the nearest vessel."""
    pieces, _ = ndimage.label(found == BACKGROUND)
    hole = (found == BACKGROUND) & (np.bincount(pieces.ravel())[pieces] < LARGEST_HOLE)
    nearest = ndimage.distance_transform_edt(
        found == BACKGROUND, return_distances=False, return_indices=True
    )
    return np.where(hole, found[tuple(nearest)], found)


def absorbed(found: Labels, _prepared: PreparedRun) -> Labels:
    """Give small BV pieces that touch MAT to MAT."""
    pieces, number = ndimage.label(found == BV, EIGHT_NEIGHBOURS)
    sizes = np.bincount(pieces.ravel())
    beside = np.zeros(number + 1, bool)
    beside[np.unique(pieces[ndimage.binary_dilation(found == MAT, EIGHT_NEIGHBOURS)])] = True
    small = (pieces > 0) & beside[pieces] & (sizes[pieces] < SMALLEST_BRANCH)
    return np.where(small, np.uint8(MAT), found)


def cell(changes: np.ndarray) -> str:
    """A mean change with its interval."""
    mean, low, high = mean_with_interval(changes)
    return f"{mean:+.4f} ({low:+.4f} to {high:+.4f})"


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
