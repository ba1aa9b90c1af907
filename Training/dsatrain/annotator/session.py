"""A simulated annotator: corrects labels until they are as good as a second reader's."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from dsanet.labels import BACKGROUND
from dsatrain.annotator.desk import Desk, Move, Tools
from dsatrain.annotator.ideas import Ideas
from dsatrain.annotator.mistakes import Labels, Truth

GOAL = 0.97
BUDGET = 1500


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

    The annotator looks at all places where something is wrong, tries there what the tools would do,
    and takes what puts most right for each click; the tools never see the truth. Scores that are
    good enough already count no more, but for harm done to them while there is a way without.

    A click is one press of the mouse button: at a point, or with a straight way to where it is let
    go. So a brush that is led round a bend by hand makes a click of each straight piece of it, for
    each has an end to aim at; a traced line follows the bend by itself. What counts:

    - one dab of brush or rubber, or one straight stroke, of any width;
    - with the tools also one vessel traced from where the button is pressed to where it is let go;
      one twig, clicked at its tip; one piece erased, cut off at a click, or given to the other
      class, alone, with all downstream, or from a place to another; one circle drawn round a place
      in which all vessels that are as clear are taken, or as faint are erased, or in which outlines
      are moved to where the model is as sure as at that place.

    Choosing a tool, a class and the brush's width is free in all settings. Without tools there are
    only brush and rubber; the way of working is the same.

    Args:
        labels: uint8 (H, W) to begin with; stay as they are.
        truth: uint8 (H, W).
        tools: The correction tools; None for brush and rubber alone.
        goal: For both scores of both classes.
        budget: Clicks at most.
    """
    known, ideas, tools = Truth(truth), Ideas(), tools or Tools()
    thickness = _thickness(truth)
    done: list[tuple[int, int, str]] = []
    while len(done) < budget and (lacking := known.lacking(labels, goal)):
        desk = Desk(known, labels, tools, lacking, thickness)
        best = ideas.best(desk) or ideas.best(replace(desk, careful=False))
        if best is None:
            break
        clicks = _needed(best, known, goal, budget - len(done))
        labels = best.states[clicks - 1]
        done += [(*point, best.tool) for point in best.points[:clicks]]
    return Session(
        len(done),
        not known.lacking(labels, goal),
        labels,
        known.scores(labels),
        dict(Counter(tool for _, _, tool in done)),
        done,
    )


def _thickness(truth: Labels) -> NDArray[np.float64]:
    """Distance of each pixel to where the truth is another label."""
    total = np.zeros(truth.shape)
    for value in np.unique(truth):
        padded = np.pad(truth == value, 1, constant_values=value == BACKGROUND)
        total += ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
    return total


def _needed(move: Move, known: Truth, goal: float, left: int) -> int:
    """So many of a move's clicks are made: all, or up to that which reaches the goal."""
    if not known.lacking(move.states[-1], goal):
        for clicks, state in enumerate(move.states, 1):
            if not known.lacking(state, goal):
                return min(clicks, left)
    return min(len(move.states), left)
