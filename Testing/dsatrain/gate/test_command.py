"""`dsatrain gate` as a program reads it, stopped and gone on."""

import errno
import json
import os
import signal

import pytest

from dsatrain import cli
from dsatrain.gate import command


@pytest.fixture
def called(gate, answers, monkeypatch, tmp_path):
    """Runs the command with the stand-in models; gives the exit code."""

    def judge(child, parent, dataset, *, on_progress, **_choices):
        assert (child.name, parent.name, dataset) == ("child", "parent", gate.folder)
        return gate.judge(answers.lossy(0.1), answers.lossy(0.3), on_progress)

    models = {"child": gate.child, "parent": gate.parent}
    monkeypatch.setattr(command, "find_package", models.get)
    monkeypatch.setattr(command, "judge", judge)
    fixed = ["gate", "child", "parent", "--data", str(gate.folder)]
    return lambda *given: cli.main([*fixed, "--output", str(tmp_path / "out"), *given])


def test_progress_is_told_as_json_lines_and_moves_on(gate, called, capsys, tmp_path):
    gate.fill()
    assert called("--progress-json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events.pop() == {
        "event": "done",
        "verdict": "accept",
        "report": str(tmp_path / "out" / "gate.json"),
    }
    told = [(each["stage"], each["done"], each["count"]) for each in events]
    assert told == [
        *(("reading cases", done, 8) for done in range(1, 9)),
        *(("cases", done, 8) for done in range(9)),
        *(("phantoms", done, 3) for done in range(4)),
    ]


@pytest.mark.skipif(os.name == "nt", reason="a signal to oneself ends it there")
def test_a_stop_while_the_report_is_written_comes_too_late(gate, called, monkeypatch, tmp_path):
    real = command.write_report

    def write(report, folder):
        os.kill(os.getpid(), signal.SIGTERM)
        return real(report, folder)

    monkeypatch.setattr(command, "write_report", write)
    gate.fill()
    assert called() == 0
    assert (tmp_path / "out" / "gate.json").is_file()


def test_two_gates_in_one_folder_are_one_too_many(gate, called, capsys, monkeypatch, tmp_path):
    gate.fill()
    real, second = command.judge, []

    def judge(*given, **choices):
        monkeypatch.setattr(command, "judge", real)
        second.append(called())
        return real(*given, **choices)

    monkeypatch.setattr(command, "judge", judge)
    assert called() == 0
    assert second == [2]
    assert "another training, fine-tuning or gate works in" in capsys.readouterr().err
    assert (tmp_path / "out" / "gate.json").is_file()


@pytest.mark.skipif(os.name == "nt", reason="a signal to oneself ends it there")
def test_a_stopped_gate_leaves_nothing_behind(gate, called, monkeypatch, tmp_path):
    def stopped(*_given, **_choices):
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("it went on")

    monkeypatch.setattr(command, "judge", stopped)
    assert called() == 130
    assert not (tmp_path / "out").exists()


def test_a_full_disk_while_the_report_is_written_leaves_none(
    gate, called, capsys, monkeypatch, tmp_path
):
    real = os.write

    def full(descriptor, data):
        if len(data) > 100:
            raise OSError(errno.ENOSPC, "no space left on device")
        return real(descriptor, data)

    gate.fill()
    with monkeypatch.context() as patch:
        patch.setattr("dsanet.atomic.os.write", full)
        assert called() == 2
    assert "no space left on the disk" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert called() == 0
