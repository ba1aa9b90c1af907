"""The best move, looked for again only where the picture has changed since the last look."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from dsanet.labels import CLASS_COUNT
from dsatrain.annotator.desk import Desk, Move, Spot
from dsatrain.annotator.mistakes import Box, Mask
from dsatrain.annotator.moves import moves

AROUND_PX = 12
"""So much of the picture round a place is looked at; once that differs, the place is new."""

MOST_A_PIXEL = 4.0
"""So many mistakes a pixel can make, one a class and score: what a place is worth at most."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class _Place:
    """Connected mistakes: a box with some picture round them, and which of its pixels they are."""

    box: Box
    wrong: Mask
    key: int


class Ideas:
    """What may be done where, and how much is put right by each click of it."""

    def __init__(self) -> None:
        """Begin with nothing looked at."""
        self._worths: dict[int, float] = {}

    def best(self, desk: Desk) -> Move | None:
        """Give the move that puts most right for each click, or None where none puts anything.

        A move whose worth was found before something far away changed, and a tool may reach far, is
        tried again before it is taken. Small places are not looked at while a large one pays more.

        Args:
            desk: The work.
        """
        places = {place.key: place for place in _places(desk)}
        self._worths = {
            key: self._worths.get(key, MOST_A_PIXEL * np.count_nonzero(place.wrong))
            for key, place in places.items()
        }
        best_key, best = 0, None
        while self._worths:
            key = max(self._worths, key=lambda one: self._worths[one])
            if self._worths[key] <= 0:
                return None
            if best is not None and key == best_key:
                return best
            move = _best_at(desk, places[key])
            self._worths[key] = worth = move.worth if move else 0.0
            if best is None or worth >= best.worth:
                best_key, best = key, move
        return None


def _best_at(desk: Desk, place: _Place) -> Move | None:
    whole = np.zeros(desk.labels.shape, np.bool_)
    whole[place.box] = place.wrong
    tried = (move for spot in _spots(desk, place) for move in moves(desk, whole, spot))
    return max(tried, key=lambda move: move.worth, default=None)


def _places(desk: Desk) -> Iterator[_Place]:
    """Connected mistakes, one place each."""
    wrong = desk.truth.mistakes(desk.labels, desk.lacking)
    near = ndimage.binary_dilation(wrong, EIGHT_NEIGHBOURS)
    numbers, _ = ndimage.label(near, EIGHT_NEIGHBOURS)
    for number, (rows, columns) in enumerate(ndimage.find_objects(numbers), 1):
        box = _wider(rows), _wider(columns)
        mistakes = (numbers[box] == number) & wrong[box]
        at = (box[0].start, box[1].start)
        seen = at, mistakes.tobytes(), desk.labels[box].tobytes(), desk.lacking, desk.careful
        yield _Place(box, mistakes, hash(seen))


def _wider(side: slice) -> slice:
    return slice(max(0, side.start - AROUND_PX), side.stop + AROUND_PX)


def _spots(desk: Desk, place: _Place) -> list[Spot]:
    """The pixel at a place that lies deepest in it, for each kind of difference."""
    labels, truth = desk.labels[place.box], desk.truth.labels[place.box]
    near = ndimage.binary_dilation(place.wrong, EIGHT_NEIGHBOURS, iterations=3)
    kinds = np.where(labels != truth, 1 + CLASS_COUNT * labels + truth, 0)
    spots = []
    for kind in np.unique(kinds[near & (kinds > 0)]):
        depth = np.where(near, ndimage.distance_transform_edt(kinds == kind), 0)
        row, column = np.unravel_index(depth.argmax(), depth.shape)
        spots.append((int(row) + place.box[0].start, int(column) + place.box[1].start))
    return spots
