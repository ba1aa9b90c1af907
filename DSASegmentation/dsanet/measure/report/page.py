"""One self-contained HTML page about one run's measurements, without anything about the patient."""

import base64
import math
from collections import Counter
from collections.abc import Sequence
from html import escape

from dsanet.measure.direction import HOW
from dsanet.measure.flow.maps import QUANTITIES
from dsanet.measure.lines.paths import Path
from dsanet.measure.measurements import Flow, Measurements
from dsanet.measure.report.colours import ColourMap
from dsanet.measure.report.svg import curve_plot, diameter_plot, legend
from dsanet.measure.report.values import flow_values
from dsanet.measure.stenosis.lesions import RULES, Lesion, Percent
from dsanet.measure.stenosis.profile import profile_of
from dsanet.measure.vessels import ClassStatistics
from dsanet.measure.width.doubts import DOUBTS, MEASURED, UNCERTAIN, Doubt

NOTICE = "Research software, not a medical device."

STYLE = """
body{font:14px/1.45 system-ui,sans-serif;color:#1f2a36;max-width:980px;
margin:24px auto;padding:0 16px}
h1{font-size:20px;margin:0}h2{font-size:15px;margin:22px 0 6px;border-bottom:1px solid #d9dfe6}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:3px 8px;text-align:right;border-bottom:1px solid #edf0f3}
th:first-child,td:first-child{text-align:left}
th{font-weight:600;color:#52606d}.notice{color:#b00020}svg{width:100%;height:auto;font-size:11px}
figure{margin:0}figure img{width:100%;display:block}.two{display:grid;gap:16px;
grid-template-columns:1fr 1fr}.quiet{color:#52606d}svg text{fill:#1f2a36}
"""


def page(
    measured: Measurements,
    name: str,
    *,
    overlay: bytes | None = None,
    colours: tuple[ColourMap, bytes] | None = None,
) -> str:
    """Write the page.

    Args:
        measured: What was measured.
        name: What to call the run; nothing that names a patient.
        overlay: PNG of the labels over the run.
        colours: The colour map and it as PNG.

    Returns:
        HTML that needs no other file and no network.
    """
    pictures = "".join(
        part for part in (_picture(overlay, "Labels on the MinIP"), _coloured(colours)) if part
    )
    parts = [
        f"<h1>Measurements of {escape(name)}</h1>",
        f'<p class="notice">{NOTICE}</p>',
        _warnings(measured),
        f'<div class="two">{pictures}</div>' if pictures else "",
        _trunk(measured),
        _lesions(measured),
        _classes(measured),
        _curves(measured.flow),
        _maps(measured.flow),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Measurements of {escape(name)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


def _picture(content: bytes | None, caption: str) -> str:
    if content is None:
        return ""
    data = base64.b64encode(content).decode("ascii")
    return (
        f'<figure><img alt="{escape(caption)}" src="data:image/png;base64,{data}">'
        f'<figcaption class="quiet">{escape(caption)}</figcaption></figure>'
    )


def _coloured(colours: tuple[ColourMap, bytes] | None) -> str:
    if colours is None:
        return ""
    shown, content = colours
    return f"<div>{_picture(content, shown.title)}{legend(shown)}</div>"


def _warnings(measured: Measurements) -> str:
    scale = measured.scale
    if scale is None:
        length = f"Lengths are in pixels: {escape(measured.no_scale)}."
    else:
        length = (
            f"{scale.mm_per_px:.3f} &plusmn; {scale.error_mm:.3f} mm a pixel,"
            f" {escape(scale.method)}."
        )
    items = "".join(f"<li>{escape(text)}</li>" for text in measured.warnings)
    return f"<p>{length}</p>" + (f"<h2>Mind</h2><ul>{items}</ul>" if items else "")


def _trunk(measured: Measurements) -> str:
    trunk = measured.trunk
    profile = None if trunk is None else profile_of(trunk)
    if trunk is None or profile is None:
        return ""
    own = [lesion for lesion in measured.lesions if lesion.path == trunk.name]
    return (
        "<h2>Diameter along the trunk</h2>"
        + diameter_plot(trunk, profile, own)
        + '<p class="quiet">Band: one standard deviation. Dashed: interpolated reference. Which end'
        f" is upstream: {escape(HOW[measured.upstream])}.{escape(_left_out(trunk))}</p>"
    )


def _left_out(trunk: Path) -> str:
    """Say over how much of the trunk no diameter counts, and why."""
    doubts = trunk.doubt[~trunk.counts].tolist()
    whys = Counter(DOUBTS[Doubt(one)] if one not in MEASURED else UNCERTAIN for one in doubts)
    share = 100 / len(trunk.counts)
    parts = [f"{why} ({share * count:.0f} %)" for why, count in whys.most_common()]
    return f" No diameter counts where {', '.join(parts)}." if parts else ""


def _lesions(measured: Measurements) -> str:
    if measured.trunk is None:
        return ""
    if not measured.lesions:
        return "<h2>Stenoses</h2><p>No place is 30 % narrower than its reference or more.</p>"
    head = ("place", "smallest, px", "length, px", *RULES)
    if measured.scale:
        head = (*head, "smallest, mm")
    rows = [_lesion(number, one, measured) for number, one in enumerate(measured.lesions, 1)]
    notes = "; ".join(f"{rule}: against the {text}" for rule, text in RULES.items())
    return (
        "<h2>Stenoses, percent of the diameter with 95 % intervals</h2>"
        + _table(head, rows)
        + f'<p class="quiet">{escape(notes)}. * below 3 px, from the area that darkness tells.</p>'
    )


def _lesion(number: int, lesion: Lesion, measured: Measurements) -> list[str]:
    star = " *" if lesion.densitometric else ""
    known = math.isfinite(lesion.minimum_px)
    least = f"{lesion.minimum_px:.1f} &plusmn; {lesion.minimum_error_px:.1f}{star}"
    cells = [
        f"{number}: {lesion.path}, row {lesion.row:.0f}, column {lesion.column:.0f}",
        least if known else "-",
        f"{lesion.length_px:.0f}",
        *(_percent(lesion.percents[rule]) for rule in RULES),
    ]
    if measured.scale:
        cells.append(f"{lesion.minimum_px * measured.scale.mm_per_px:.2f}" if known else "-")
    return cells


def _percent(percent: Percent) -> str:
    if percent.value is None or percent.interval is None:
        return escape(percent.reason)
    low, high = percent.interval
    return f"{percent.value:.0f} ({low:.0f} to {high:.0f})"


def _classes(measured: Measurements) -> str:
    head = ("", *(entry.name for entry in measured.classes))
    rows = [
        [title, *(text(entry) for entry in measured.classes)]
        for title, text in (
            ("length, px", lambda one: f"{one.length_px:.0f}"),
            ("area, px", lambda one: f"{one.area_px}"),
            ("share of the field, %", lambda one: f"{100 * one.share:.2f}"),
            ("diameter, px: 5, 50, 95 %", _diameters),
            ("length with a diameter, %", lambda one: f"{100 * one.measured_share:.0f}"),
            (
                "tortuosity",
                lambda one: "-" if one.tortuosity is None else f"{one.tortuosity:.2f}",
            ),
            ("pieces", lambda one: f"{one.components}"),
            ("lines between nodes", lambda one: f"{one.lines}"),
            ("branchings and crossings", lambda one: f"{one.branchings}"),
            ("loops", lambda one: f"{one.loops}"),
        )
    ]
    return "<h2>Vessels</h2>" + _table(head, rows)


def _diameters(one: ClassStatistics) -> str:
    if one.diameters_px is None:
        return "-"
    low, _, middle, _, high = one.diameters_px
    return f"{low:.1f}, {middle:.1f}, {high:.1f}"


def _curves(flow: Flow | None) -> str:
    if flow is None:
        return ""
    return "<h2>Time-density curves</h2>" + curve_plot(flow.curves.times, flow.class_curves)


def _maps(flow: Flow | None) -> str:
    if flow is None:
        return ""
    rows = []
    for key, one in flow_values(flow)["maps"].items():
        quartiles = one["quartiles"]
        text = "withheld" if quartiles is None else " / ".join(f"{v:.2f}" for v in quartiles)
        rows.append([escape(QUANTITIES[key].title), one["unit"], text, escape(one["reason"] or "")])
    head = ("Flow", "unit", "25 / 50 / 75 % of the vessels", "mind")
    return "<h2>Flow</h2>" + _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"
