"""Planning, fine-tuning, judging, ranking in child processes; activating and going back."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dsanet.errors import CancelledError, DSAError, PackageError
from dsanet.packages import DEFAULT_NAME, Registry

pytest.importorskip("slicer")

from DSASegmentationLib import learning
from DSASegmentationLib.jobs import Python
from DSASegmentationLib.learning import task as task_module
from DSASegmentationLib.logic import SegmentationLogic

from . import learning_double
from .learning_double import until

LONGEST_POLL = 0.1


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_package: Any) -> Path:
    learning_double.install(monkeypatch, tmp_path / "home", tiny_package.folder)
    return tmp_path / "home"


@pytest.fixture
def logic() -> SegmentationLogic:
    return SegmentationLogic()


def ended(task: learning.Task[Any]) -> learning.Task[Any]:
    until(lambda: task.ended, task.poll)
    return task


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_real_command_says_what_it_would_learn_and_leave_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsanet.cases import write_case
    from dsatrain.data.phantoms import phantom_case
    from dsatrain.phantom import make_phantom, sample_settings

    monkeypatch.setenv("DSANET_HOME", str(tmp_path / "home"))
    case = phantom_case(make_phantom(sample_settings(61, size=(64, 56), frame_count=4)))
    write_case(tmp_path / "data" / "one", case)
    open_case = replace(case, facts=replace(case.facts, status="in progress"))
    write_case(tmp_path / "data" / "two", open_case)
    plan = ended(learning.planning(tmp_path / "data", learning.Options(device="cpu"))).result()
    assert "learns from 1 new cases; no case is held out: that takes 8 patients" in plan.lines
    assert "left out: two: its status is in progress, not accepted" in plan.lines
    assert plan.training.folder == tmp_path / "home" / "trainings" / plan.training.name
    assert plan.training.name.startswith(f"{DEFAULT_NAME}-")
    assert not plan.training.folder.exists()


def test_from_cases_to_an_active_model_and_back(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    told: list[dict[str, Any]] = []
    plan = logic.planFineTuning(tmp_path / "fine")
    assert plan.lines == ("learns from 4 new cases", "left out: x: it is empty")
    training = logic.fineTune(tmp_path / "fine", listener=told.append)
    assert training == plan.training
    assert [each["step"] for each in told if each["event"] == "step"] == [1, 2, 3, 4]
    assert training.rows()[1] == learning.Row(2, 0.5, {"BV": 0.52})
    assert (training.package().name, training.report()) == ("tiny", None)

    with pytest.raises(PackageError, match=f"no gate in comparison with {DEFAULT_NAME}"):
        logic.activateModel("tiny")
    assert not (home / "models").exists()
    report = logic.gate(training, tmp_path / "fine")
    assert report.isAccepted
    assert training.report() == report
    assert logic.activateModel("tiny").name == "tiny"
    assert Registry(home).active().name == "tiny"
    assert logic.rollBackModel("for a test").package.name == DEFAULT_NAME


def test_a_child_that_did_not_pass_needs_a_reason(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    training = logic.fineTune(tmp_path / "fine")
    report = logic.gate(training, tmp_path / "worse")
    assert (report.isAccepted, report.reasons) == (False, ("better: it is not",))
    for reason in ("", "  "):
        with pytest.raises(PackageError, match="passed no gate"):
            logic.activateModel("tiny", override=reason)
    with pytest.raises(PackageError, match="verdict on tiny is reject"):
        logic.activateModel("tiny", gate=report.path)
    logic.activateModel("tiny", override="looked at by hand")
    entry = next(each for each in Registry(home).list_models() if each.active)
    assert (entry.name, entry.activation.permit) == ("tiny", "override")
    assert entry.activation.reason == "looked at by hand"


def test_a_report_that_compares_with_another_model_than_the_active_one_allows_nothing(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    report = logic.gate(logic.fineTune(tmp_path / "fine"), tmp_path / "fine")
    assert learning.Models().candidate("tiny").needsReason is False
    facts = json.loads(report.path.read_text())
    facts["parent"] |= {"name": "older", "fingerprint": "0" * 64}
    report.path.write_text(json.dumps(facts))
    found = learning.Models().candidate("tiny")
    assert (found.needsReason, found.activeName) == (True, DEFAULT_NAME)
    with pytest.raises(PackageError, match=f"no gate in comparison with {DEFAULT_NAME}"):
        logic.activateModel("tiny")


def test_a_report_on_other_weights_counts_for_nothing(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    training = logic.fineTune(tmp_path / "fine")
    report = logic.gate(training, tmp_path / "fine")
    facts = json.loads(report.path.read_text())
    facts["child"]["fingerprint"] = "0" * 64
    report.path.write_text(json.dumps(facts))
    assert training.report() is None
    with pytest.raises(PackageError, match="passed no gate"):
        logic.activateModel("tiny")


def test_a_cancelled_fine_tuning_leaves_a_checkpoint_and_goes_on(
    home: Path, tmp_path: Path
) -> None:
    steps: list[int] = []
    task = learning.fineTuning(tmp_path / "slow", listener=lambda e: steps.append(e.get("step", 0)))
    until(lambda: max(steps, default=0) >= 3, task.poll)
    task.cancel()
    with pytest.raises(CancelledError, match="the same call goes on"):
        ended(task).result()
    training = learning.latest()
    assert training is not None
    assert training.package() is None
    done = training.rows()[-1].step
    assert done >= 3
    again: list[int] = []
    task = learning.fineTuning(tmp_path / "slow", listener=lambda e: again.append(e.get("step", 0)))
    until(lambda: max(again, default=0) > 0, task.poll)
    task.cancel()
    task.cancel()  # a second time ends it at once
    ended(task)
    assert min(step for step in again if step) == done + 1


def test_no_poll_waits(home: Path, tmp_path: Path) -> None:
    task = learning.fineTuning(tmp_path / "fine")
    longest = 0.0
    while not task.ended:
        before = time.thread_time()
        task.poll()
        longest = max(longest, time.thread_time() - before)
        time.sleep(0.01)
    assert longest < LONGEST_POLL


@pytest.mark.skipif(sys.platform == "win32", reason="looks processes up as Linux lists them")
def test_a_host_that_is_killed_takes_its_training_along_and_it_goes_on(
    home: Path, tmp_path: Path
) -> None:
    program = (
        "import sys, time; from pathlib import Path; import slicer\n"
        "from Testing.mrml import learning_double; import pytest\n"
        "from DSASegmentationLib import learning\n"
        "patch = pytest.MonkeyPatch()\n"
        f"learning_double.install(patch, Path({str(home)!r}),"
        f" Path({os.environ['DSA_TEST_CHILD']!r}))\n"
        f"task = learning.fineTuning(Path({str(tmp_path / 'slow')!r}),"
        " listener=lambda e: e.get('step') == 3 and print(task._process.pid, flush=True))\n"
        "while True:\n    task.poll(); time.sleep(0.01)\n"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    host = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, cwd=root
    )
    assert host.stdout
    pid = int(host.stdout.readline())
    host.send_signal(signal.SIGKILL)
    host.wait()
    host.stdout.close()
    until(lambda: not alive(pid), lambda: None)
    training = learning.latest(home)
    assert training is not None
    assert training.rows()[-1].step >= 3


def test_a_task_that_nobody_holds_any_more_ends(home: Path, tmp_path: Path) -> None:
    task = learning.fineTuning(tmp_path / "slow")
    process = task._process
    del task
    assert process.poll() is not None


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("refused", "refused holds nothing; correct some$"),
        ("dies", "ended with exit code -9: it said nothing"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    home: Path, logic: SegmentationLogic, tmp_path: Path, dataset: str, words: str
) -> None:
    with pytest.raises(learning.LearningError, match=words):
        logic.fineTune(tmp_path / dataset)


def test_a_python_without_torch_says_so_and_names_both_ways_out(
    home: Path, logic: SegmentationLogic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(task_module.NEEDED, "no_such_torch", "torch>=2.10")
    with pytest.raises(learning.MissingPackagesError) as found:
        logic.fineTune(tmp_path / "fine")
    assert found.value.packages == ("torch>=2.10",)
    assert f"{sys.executable} lacks torch>=2.10" in str(found.value)
    assert "name another Python" in str(found.value)


def test_a_python_that_is_none_is_refused(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    options = learning.Options(python=Python(str(tmp_path / "nowhere")))
    with pytest.raises(learning.LearningError, match="nowhere could not be started"):
        logic.fineTune(tmp_path / "fine", options=options)


def test_an_old_report_is_not_taken_for_a_new_one(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    training = logic.fineTune(tmp_path / "fine")
    logic.gate(training, tmp_path / "fine")
    with pytest.raises(learning.LearningError, match="holds nothing"):
        logic.gate(training, tmp_path / "refused")


def test_runs_are_ranked(home: Path, logic: SegmentationLogic, tmp_path: Path) -> None:
    assert logic.rankRuns(tmp_path / "fine") == [
        learning.Ranked(1, "run-7", 0.5, "the most uncertain")
    ]


def test_options_are_words_of_the_command_line() -> None:
    options = learning.Options(name="a", parent="/p", device="cuda", steps=3, cropPx=64)
    assert options.arguments() == [
        *("--name=a", "--parent=/p", "--device=cuda", "--steps=3", "--crop-px=64")
    ]
    assert learning.Options().arguments() == ["--device=auto"]


def test_damaged_files_of_a_training_are_as_if_missing(
    home: Path, logic: SegmentationLogic, tmp_path: Path
) -> None:
    training = logic.fineTune(tmp_path / "fine")
    logic.gate(training, tmp_path / "fine")
    (training.gateFolder / "gate.json").write_text("{")
    assert training.report() is None
    history = training.folder / "training" / "history.csv"
    history.write_text("step,loss,MAT dice\n0,,0.0\n1,0.5,\nx,y,z\n,2")
    assert training.rows() == [learning.Row(0, None, {"MAT": 0.0}), learning.Row(1, 0.5, {})]
    history.write_bytes(b"\xff\xfe\x00")
    assert training.rows() == []
    (training.folder / "tiny" / "model.safetensors").write_bytes(b"")
    assert training.package() is None
    with pytest.raises(DSAError, match="fine-tune again"):
        learning.Models().keep("tiny")


def test_no_training_is_no_error(home: Path) -> None:
    assert learning.latest() is None
    shutil.rmtree(home, ignore_errors=True)
    never = learning.trainingOf("never")
    assert (never.rows(), never.hasBegun) == ([], False)
