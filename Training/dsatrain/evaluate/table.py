"""The scores as a Markdown table, for a terminal and for documents alike."""

from collections.abc import Iterable
from typing import Any

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("BV Dice", "BV", "dice"),
    ("MAT Dice", "MAT", "dice"),
    ("whole Dice", "whole", "dice"),
    ("BV clDice", "BV", "cl_dice"),
    ("BV surface Dice 1 px", "BV", "surface_dice_1px"),
    ("BV HD95 px", "BV", "hd95_px"),
)


def score_table(total: dict[str, Any], groups: dict[str, dict[str, Any]]) -> str:
    """Show means and 95 % intervals, one line for all cases and one for each group.

    Args:
        total: From `dsatrain.evaluate.summarise`.
        groups: From `dsatrain.evaluate.by_group`.
    """
    lines = [("all", total)]
    for key, names in groups.items():
        lines += [(f"{key} {name}", part) for name, part in names.items()]
    titles = (title for title, _, _ in COLUMNS)
    head = ["cases", "number", *titles, "MAT painted without MAT", "ECE"]
    rows = [head, ["---"] * len(head), *map(_cells, lines)]
    return "\n".join(map(_row, rows)) + "\n"


def _cells(line: tuple[str, dict[str, Any]]) -> list[str]:
    name, summary = line
    painted = f"{summary['mat_painted_without_mat']} of {summary['runs_without_mat']}"
    values = [_cell(summary[of][score]) for _, of, score in COLUMNS]
    return [name, str(summary["cases"]), *values, painted, _number(summary["calibration_error"])]


def _cell(score: dict[str, Any]) -> str:
    if score["mean"] is None:
        return "-"
    low, high = score["interval_95"]
    if low is None:
        return _number(score["mean"])
    return f"{_number(score['mean'])} ({_number(low)} to {_number(high)})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}" if value > 1 else f"{value:.3f}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
