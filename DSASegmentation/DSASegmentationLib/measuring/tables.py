"""Measurements as table nodes: lesions, vessels, and the time-density curves of the classes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import vtk

from dsanet.measure import Measurements
from dsanet.measure.report.values import (
    LESION_COLUMNS,
    VESSEL_COLUMNS,
    lesion_values,
    vessel_rows,
)
from DSASegmentationLib.measuring.measured import Measured
from DSASegmentationLib.nodes import referenceOf, setReference
from DSASegmentationLib.runs import OWNER

LESIONS, VESSELS, CURVES = "Lesions", "Vessels", "Curves"
TEXTS = (
    "path",
    "name",
    "densitometric",
    *(f"{rule}_reason" for rule in ("nascet", "wasid", "ecst")),
)
"""Columns of words; all others are numbers, nan where there is none."""


def putTables(measured: Measured) -> None:
    """Put the measurements of a run into its three tables, which are made if missing."""
    putLesions(measured)
    _put(measured.run, VESSELS, VESSEL_COLUMNS, vessel_rows(measured.values))
    columns, rows = _curves(measured.values)
    _put(measured.run, CURVES, columns, rows)


def putLesions(measured: Measured) -> None:
    """Put the lesions of a run into their table, as after one was moved."""
    values = measured.values
    columns = [name for name in LESION_COLUMNS if values.scale or not name.endswith("_mm")]
    rows = [lesion_values(lesion, values) for lesion in values.lesions]
    _put(measured.run, LESIONS, columns, rows)


def _curves(values: Measurements) -> tuple[Sequence[str], list[dict[str, Any]]]:
    if values.flow is None:
        return ("time_s",), []
    curves = values.flow.class_curves
    rows = [
        {"time_s": time, **{name: float(curve[nth]) for name, curve in curves.items()}}
        for nth, time in enumerate(values.flow.curves.times.tolist())
    ]
    return ("time_s", *curves), rows


def _put(
    browser: Any, role: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    node = referenceOf(browser, role) or _made(browser, role)
    table = vtk.vtkTable()
    for name in columns:
        table.AddColumn(_column(name, [row.get(name) for row in rows]))
    node.SetAndObserveTable(table)


def _made(browser: Any, role: str) -> Any:
    name = f"{browser.GetName()} {role.lower()}"
    node = browser.GetScene().AddNewNodeByClass("vtkMRMLTableNode", name)
    node.SetLocked(True)
    setReference(node, OWNER, browser)
    setReference(browser, role, node)
    return node


def _column(name: str, values: Iterable[Any]) -> Any:
    words = name in TEXTS
    column = vtk.vtkStringArray() if words else vtk.vtkDoubleArray()
    column.SetName(name)
    for value in values:
        missing = "" if words else float("nan")
        known = missing if value is None else value
        column.InsertNextValue(str(known) if words else float(known))
    return column
