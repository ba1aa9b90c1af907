"""Activation: only with a gate's report on these very models, or in the user's own words."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsanet.errors import PackageError
from dsanet.packages import DEFAULT_NAME, Registry, read_gate

Report = Callable[..., Path]


@pytest.fixture
def report(imported: Registry, tmp_path: Path) -> Report:
    """Writes a report that accepts `one` in place of the active model, but for what is changed."""

    def write(judged: str = "one", against: str = "", **changes: Any) -> Path:
        def described(name: str) -> dict[str, str]:
            package = imported.find(name)
            return {
                "name": name,
                "weights_sha256": package.weights_sha256,
                "fingerprint": package.fingerprint,
            }

        facts = {
            "format": 1,
            "kind": "gate report",
            "verdict": "accept",
            "reasons": ["all rules passed"],
            "child": described(judged),
            "parent": described(against or imported.active().name),
            "data": {"cases": 6, "patients": 3, "sha256": "0" * 16},
            "findings": [{"rule": "better", "passed": True, "words": ""}],
        }
        path = tmp_path / "gate.json"
        path.write_text(json.dumps({**facts, **changes}))
        return path

    return write


def last_record(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(max((home / "activations").iterdir()).read_text())
    return found


def test_nothing_but_the_bundled_model_is_activated_without_a_permit(
    imported: Registry, home: Path
) -> None:
    for words in ("", "  "):
        with pytest.raises(PackageError, match=r"one has not passed a gate: run dsatrain gate one"):
            imported.activate("one", "I like it", override=words)
    assert imported.active().name == DEFAULT_NAME
    assert not (home / "activations").exists()
    imported.activate(DEFAULT_NAME)
    assert last_record(home)["permit"] == "bundled"


def test_a_report_that_accepts_is_recorded_with_the_activation(
    imported: Registry, home: Path, report: Report
) -> None:
    gate = read_gate(report())
    imported.activate("one", gate=gate)
    assert imported.active().name == "one"
    said = last_record(home)
    assert said["permit"] == "gate"
    assert said["gate"] == gate.as_dict()
    assert said["gate"]["child"] == imported.find("one").fingerprint
    entry = next(entry for entry in imported.list_models() if entry.active)
    assert entry.activation
    assert entry.activation.permit == "gate"


def test_an_override_is_recorded_in_the_users_words(imported: Registry, home: Path) -> None:
    imported.activate("one", override="the only model for children")
    said = last_record(home)
    assert (said["permit"], said["reason"]) == ("override", "the only model for children")


def test_what_is_active_already_needs_nothing_and_keeps_its_permit(
    imported: Registry, home: Path
) -> None:
    imported.activate("one", override="tested")
    imported.activate("one", "again")
    assert (last_record(home)["permit"], last_record(home)["reason"]) == ("override", "again")


@pytest.mark.parametrize("verdict", ["reject", "too few", "same", "refused"])
def test_no_other_verdict_activates(imported: Registry, report: Report, verdict: str) -> None:
    gate = read_gate(report(verdict=verdict, reasons=["BV fell"]))
    with pytest.raises(PackageError, match=f"verdict on one is {verdict}: BV fell"):
        imported.activate("one", gate=gate)
    assert imported.active().name == DEFAULT_NAME


def test_a_report_is_bound_to_both_models(imported: Registry, report: Report, forge: Any) -> None:
    gate = read_gate(report())
    with pytest.raises(PackageError, match="about another model than two"):
        imported.activate("two", gate=gate)
    imported.activate("two", override="tested")
    with pytest.raises(PackageError, match=r"compared with dsanet-phantom, but two is active"):
        imported.activate("one", gate=gate)
    imported.roll_back()
    shutil.rmtree(imported.imported()["one"])
    imported.import_package(forge.set_weight(0.125).rename("one").folder)
    with pytest.raises(PackageError, match="about another model than one"):
        imported.activate("one", gate=gate)


@pytest.mark.parametrize(
    "changes",
    [
        {"findings": [{"rule": "better", "passed": False}]},
        {"findings": [{"rule": "better", "passed": 1}]},
        {"findings": []},
        {"data": {"cases": 5, "patients": 5, "sha256": ""}},
        {"data": {"cases": 9, "patients": 2, "sha256": ""}},
        {"data": {"cases": "9", "patients": 9, "sha256": ""}},
        {"data": {}},
        {"child": {"name": "one"}},
        {"child": {"fingerprint": 7}},
        {"verdict": "great"},
        {"verdict": ["accept"]},
        {"reasons": 7},
        {"format": 2},
        {"kind": "other"},
    ],
)
def test_a_report_that_contradicts_itself_is_refused(
    report: Report, changes: dict[str, Any]
) -> None:
    with pytest.raises(PackageError, match=r"gate\.json is (a damaged|no) gate report"):
        read_gate(report(**changes))


def test_a_file_that_is_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="cannot be read"):
        read_gate(tmp_path / "gone.json")
    (tmp_path / "text.json").write_text("{")
    with pytest.raises(PackageError, match=r"text\.json"):
        read_gate(tmp_path / "text.json")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_while_a_gated_model_is_activated_leaves_the_old_or_the_new(
    imported: Registry, home: Path, report: Report
) -> None:
    gate, seen = read_gate(report()), set()
    for nth in range(1, 60):
        child = os.fork()
        if child == 0:
            _die_at(nth)
            imported.activate("one", gate=gate)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        active = Registry(home).active().name
        assert active in (DEFAULT_NAME, "one")
        seen.add(active)
        if active == "one":
            assert last_record(home)["gate"] == gate.as_dict()
            shutil.rmtree(home / "activations")
        if not os.WIFSIGNALED(status):
            break
    assert seen == {DEFAULT_NAME, "one"}
    assert 3 < nth < 59


def _die_at(nth: int) -> None:
    """Kill this process at its nth call to the file system that changes something."""
    made: list[str] = []

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            made.append("")
            if len(made) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    for owner, name in (
        (os, "open"),
        (os, "write"),
        (os, "fsync"),
        (Path, "replace"),
        (Path, "unlink"),
    ):
        setattr(owner, name, wrap(getattr(owner, name)))
