"""A simulated annotator: corrects labels until they are as good as a second reader's."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.labels import BACKGROUND, CLASS_COUNT
from dsatrain.annotator.desk import Desk, Move, Tools
from dsatrain.annotator.mistakes import Labels, Mask, Truth
from dsatrain.annotator.moves import moves

GOAL = 0.97
BUDGET = 1500
LEAST_WORTH = (24, 12, 6, 3, 1, 0, 0)
"""Mistakes that a click must put right, in one round after the other: what pays most comes first,
and trifles are left until nothing else is."""

AROUND_PX = 12
"""So much of the picture round a place is looked at to find where it is deepest."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Session:
    """What came of one correction.

    Attributes:
        clicks: Number of clicks.
        reached: Whether the goal was reached; if not, the budget or the ideas ran out.
        labels: uint8 (H, W) at the end.
        scores: Surface Dice at 1 px and clDice of each class at the end.
        tools: Clicks by tool.
        points: Row, column and tool of each click.
    """

    clicks: int
    reached: bool
    labels: Labels
    scores: dict[int, tuple[float, float]]
    tools: dict[str, int]
    points: list[tuple[int, int, str]]


def annotate(
    labels: Labels,
    truth: Labels,
    tools: Tools | None = None,
    *,
    goal: float = GOAL,
    budget: int = BUDGET,
) -> Session:
    """Correct labels by clicks alone until surface Dice at 1 px and clDice reach the goal.

    The annotator looks where most is wrong, tries there what the tools would do, and takes what
    puts most right for each click, if it is worth a click already (`LEAST_WORTH`); the tools never
    see the truth. A click is one dab of a brush or rubber of any size, one straight stroke of it,
    one traced stroke (press, drag along a vessel, let go, as with a brush), one branch, one piece
    picked, one region re-read (press, drag to a level, let go). Without tools there are only brush
    and rubber; the way of working is the same.

    Args:
        labels: uint8 (H, W) to begin with; stay as they are.
        truth: uint8 (H, W).
        tools: The correction tools; None for brush and rubber alone.
        goal: For both scores of both classes.
        budget: Clicks at most.
    """
    known = Truth(truth)
    done: list[tuple[int, int, str]] = []
    given_up = np.zeros(truth.shape, np.bool_)
    thickness = _thickness(truth)
    levels = list(LEAST_WORTH)
    while levels and len(done) < budget and not known.reached(labels, goal):
        desk = Desk(known, labels, tools or Tools(), thickness)
        best = _best_move(desk, given_up, levels[0])
        if best is None:
            given_up[:] = False
            levels.pop(0)
            continue
        clicks = _needed(best, known, goal, budget - len(done))
        labels = best.states[clicks - 1]
        done += [(*point, best.tool) for point in best.points[:clicks]]
    return Session(
        len(done),
        known.reached(labels, goal),
        labels,
        known.scores(labels),
        dict(Counter(tool for _, _, tool in done)),
        done,
    )


def _best_move(desk: Desk, given_up: Mask, least: float) -> Move | None:
    """The best move at the worst place where one is worth it; the others are given up."""
    mistakes = desk.truth.mistakes(desk.labels)
    while (place := _worst_place(mistakes, given_up)) is not None:
        spots = _spots(place, desk.labels, desk.truth.labels)
        tried = [move for spot in spots for move in moves(desk, place, spot)]
        best = max(tried, key=lambda move: move.worth, default=None)
        if best is not None and best.gain > 0 and best.worth >= least:
            return best
        given_up |= place
    return None


def _thickness(truth: Labels) -> NDArray[np.float64]:
    """Distance of each pixel to where the truth is another label."""
    total = np.zeros(truth.shape)
    for value in np.unique(truth):
        padded = np.pad(truth == value, 1, constant_values=value == BACKGROUND)
        total += ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
    return total


def _needed(move: Move, known: Truth, goal: float, left: int) -> int:
    """So many of a move's clicks are made: all, or up to that which reaches the goal."""
    if known.reached(move.states[-1], goal):
        for clicks, state in enumerate(move.states, 1):
            if known.reached(state, goal):
                return min(clicks, left)
    return min(len(move.states), left)


def _worst_place(mistakes: NDArray[np.uint8], given_up: Mask) -> Mask | None:
    """The connected mistakes that weigh most, of those not given up."""
    wrong = (mistakes > 0) & ~given_up
    if not wrong.any():
        return None
    places, _ = ndimage.label(ndimage.binary_dilation(wrong, EIGHT_NEIGHBOURS), EIGHT_NEIGHBOURS)
    weights = np.bincount(places.ravel(), np.where(wrong, mistakes, 0).ravel())
    return np.asarray((places == 1 + weights[1:].argmax()) & wrong)


def _spots(place: Mask, labels: Labels, truth: Labels) -> list[tuple[int, int]]:
    """The pixel at a place that lies deepest in it, for each kind of difference."""
    rows, columns = (np.flatnonzero(place.any(axis=axis)) for axis in (1, 0))
    box = tuple(
        slice(max(0, int(at[0]) - AROUND_PX), int(at[-1]) + AROUND_PX + 1) for at in (rows, columns)
    )
    near = ndimage.binary_dilation(place[box], EIGHT_NEIGHBOURS, iterations=2)
    kinds = np.where(labels[box] != truth[box], 1 + CLASS_COUNT * labels[box] + truth[box], 0)
    spots = []
    for kind in np.unique(kinds[near & (kinds > 0)]):
        same = kinds == kind
        depth = np.where(near, ndimage.distance_transform_edt(same), 0)
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        spots.append((int(row) + box[0].start, int(column) + box[1].start))
    return spots
