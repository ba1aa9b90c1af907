"""`dsanet models --selftest`: whether this machine segments as it should, with every model here."""

import argparse
import platform
from dataclasses import asdict
from typing import Any

import dsanet
from dsanet.cli.streams import show
from dsanet.engine.selftest import Check, SelfTest, selftest
from dsanet.errors import EngineError
from dsanet.export import to_json
from dsanet.packages import Registry


def run_command(arguments: argparse.Namespace) -> None:
    """Run `dsanet models --selftest`.

    Raises:
        PackageError: The user's models cannot be listed.
        EngineError: A model is broken, a backend answers wrongly, or none is here; the results are
            shown first.
    """
    models = Registry().list_models()
    results = [selftest(model.package) for model in models if model.package is not None]
    broken = [f"{model.name} is broken: {model.problem}" for model in models if model.problem]
    failures = [*broken, *(text for result in results for text in result.failures)]
    show(to_json(as_json(results, failures)) if arguments.json else _table(results))
    if failures:
        msg = f"the selftest failed: {'; '.join(failures)}"
        raise EngineError(msg)


def as_json(results: list[SelfTest], failures: list[str]) -> dict[str, Any]:
    """Describe a machine and its results.

    Args:
        results: One a model.
        failures: What is wrong, in all.

    Returns:
        JSON values: this machine, then each model with its checks, in the words of `Check`.
    """
    return {
        "engine": f"dsanet {dsanet.__version__}",
        "system": platform.platform(),
        "passed": not failures,
        "failures": failures,
        "models": [asdict(result) for result in results],
    }


def _table(results: list[SelfTest]) -> str:
    lines = [f"dsanet {dsanet.__version__} on {platform.platform()}"]
    for result in results:
        lines += ["", f"{result.model}: {result.auto}"]
        lines += [_line(check) for check in result.checks]
    return "\n".join(lines) + "\n"


def _line(check: Check) -> str:
    head = f"  {check.device:<9}{check.precision:<9}"
    if check.missing:
        return f"{head} not here: {check.missing}"
    if check.libraries is None:
        return f"{head} FAILED: {check.failure}"
    versions = ", ".join(f"{k} {v}" for k, v in check.libraries.items())
    verdict = f"FAILED: {check.failure}" if check.failure else "ok"
    return (
        f"{head} {verdict}; load {check.load_s:.2f} s, run {check.infer_s:.2f} s, threads"
        f" {check.threads}; labels differ {100 * check.flipped:.4f} %, probability at most"
        f" {check.difference:.5f}; {versions}"
    )
