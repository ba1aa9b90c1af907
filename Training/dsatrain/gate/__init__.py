"""The gate: whether a fine-tuned model may take its parent's place. Never a worse one."""

from dsatrain.gate.judging import GateReport, judge
from dsatrain.gate.report import JSON_FILE, report_json, report_table, write_report
from dsatrain.gate.rules import Finding, Margins

__all__ = [
    "JSON_FILE",
    "Finding",
    "GateReport",
    "Margins",
    "judge",
    "report_json",
    "report_table",
    "write_report",
]
