"""A gate's report as a page: verdict, rules, pictures of what changed most."""

from html import escape

from slicer.i18n import tr as _

from dsanet.packages import GateRecord
from DSASegmentationLib.learning import Candidate, Report

PASSED, FAILED = "#2e7d32", "#b3261e"
PICTURE_PX = 330
"""Width of a row of three pictures on the page."""


def pageOf(candidate: Candidate) -> str:
    """Give the page of a model that might become active, as HTML that Qt knows.

    Args:
        candidate: The model.
    """
    if candidate.report is None:
        return _paragraph(_without(candidate))
    report = candidate.report
    color = PASSED if report.isAccepted else FAILED
    parts = [
        f'<p><b style="color:{color}">{escape(verdictText(report.record))}</b><br>'
        f"{escape(_on(report))}</p>",
        *(_paragraph(reason) for reason in (*_outdated(candidate), *report.reasons)),
        _pictures(report),
        _table(report),
    ]
    return "".join(parts)


def verdictText(record: GateRecord) -> str:
    """Say a verdict in words."""
    words = {
        "accept": _("Passed: it may take the place of {parent}"),
        "reject": _("Not passed: worse than {parent} in a rule"),
        "too few": _("Not judged: too few test cases"),
        "same": _("Not judged: the same network as {parent}"),
        "refused": _("Not judged: the test cases cannot be used"),
    }
    return words.get(record.verdict, record.verdict).format(parent=record.parent_name)


def _without(candidate: Candidate) -> str:
    """What is to be said of a model without a report."""
    if candidate.active:
        return _("{name} is active.").format(name=candidate.name)
    if not candidate.needsPermit:
        return _("{name} comes with the extension and may always be active.").format(
            name=candidate.name
        )
    return _("{name} has not been judged: give a reason to activate it all the same.").format(
        name=candidate.name
    )


def _outdated(candidate: Candidate) -> list[str]:
    """Say where another model is active than the one that was compared with."""
    if candidate.active or candidate.isComparedWithActive:
        return []
    words = _("{name} is active now, which it was not compared with: judge again.")
    return [words.format(name=candidate.activeName)]


def _on(report: Report) -> str:
    return _("{child} on {cases} test runs of {patients} patients").format(
        child=report.childName, cases=report.record.cases, patients=report.record.patients
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(report: Report) -> str:
    """One line a rule, those that failed first."""
    if not report.findings:
        return ""
    rows = [
        f'<tr><td style="color:{PASSED if each.passed else FAILED}">'
        f"{'✓' if each.passed else '✗'}&nbsp;</td>"
        f"<td>{escape(each.rule)}&nbsp;&nbsp;</td><td>{escape(each.words)}</td></tr>"
        for each in sorted(report.findings, key=lambda each: each.passed)
    ]
    return f"<table>{''.join(rows)}</table>"


def _pictures(report: Report) -> str:
    if not report.pictures:
        return ""
    said = _paragraph(_("What changed most. From left to right: truth, before, after."))
    drawn = [
        f'<p><img src="{escape(path.resolve().as_uri())}" width="{PICTURE_PX}"><br>'
        f"{escape(_caption(path.stem))}</p>"
        for path in report.pictures
    ]
    return said + "".join(drawn)


def _caption(stem: str) -> str:
    """Read `change_PLACE_GAIN_RUN`."""
    parts = stem.split("_", 3)
    if len(parts) < 4:
        return stem
    return _("{run}: Dice {gain} points").format(run=parts[3], gain=parts[2])
