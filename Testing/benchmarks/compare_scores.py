"""How one model's scores differ from another's, run by run, with 95 % intervals.

`python -m Testing.benchmarks.compare_scores AFTER BEFORE`, two folders that `dsatrain evaluate
--output` wrote of the same runs.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dsatrain.evaluate.summary import mean_with_interval

COLUMNS = ("BV dice", "MAT dice", "whole dice", "BV cl_dice", "MAT cl_dice")
PAINTED = "MAT found"


def main(arguments: list[str]) -> int:
    """Write a line for each score, and in how many runs without MAT it is painted."""
    after, before = (rows_of(Path(folder)) for folder in arguments)
    if {case: classes(row) for case, row in after.items()} != {
        case: classes(row) for case, row in before.items()
    }:
        sys.stderr.write("the two folders are of other runs or labels\n")
        return 2
    for column in COLUMNS:
        with_class = [case for case in after if after[case][f"{column.split()[0]} sensitivity"]]
        gains = np.array(
            [float(after[case][column]) - float(before[case][column]) for case in with_class]
        )
        sys.stdout.write(f"{column}: {in_words(gains)}, {len(gains)} runs\n")
    without = [case for case, row in after.items() if not row["MAT sensitivity"]]
    counts = [sum(rows[case][PAINTED] == "True" for case in without) for rows in (after, before)]
    sys.stdout.write(f"MAT painted in {counts[0]}, before {counts[1]}, of {len(without)} without\n")
    return 0


def in_words(gains: NDArray[np.float64]) -> str:
    """A mean difference with its interval."""
    mean, low, high = mean_with_interval(gains)
    return f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"


def classes(row: dict[str, str]) -> list[bool]:
    """Which classes the truth of a run holds."""
    return [bool(row[f"{name} sensitivity"]) for name in ("BV", "MAT")]


def rows_of(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of `cases.csv` by case; a class has a sensitivity where the truth holds it."""
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
