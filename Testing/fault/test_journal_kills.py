"""R5: a kill at any time loses no committed edit and leaves no unreadable file."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from editor import case_of, labels_after

from dsanet.cases import journal as journal_module
from dsanet.cases import read_case
from dsanet.cases.journal import JOURNAL_FILE, open_journal, recover, replay

ENGINE = Path(journal_module.__file__).parents[3]
KILLS = int(os.environ.get("DSA_KILLS", "20"))
LONGEST_RECOVERY = 2.0


@pytest.fixture
def editors():
    """A process that forks editors."""
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("editor.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ENGINE)},
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.kill()
    process.wait()


def edit_and_kill(editors, folder, seconds):
    """Let an editor work for a while and kill it; give the last edit and case that it told of."""
    editors.stdin.write(f"{folder}\n")
    editors.stdin.flush()
    told = {"edit": 0, "case": 0}
    killed = None
    for line in editors.stdout:
        word, _, number = line.strip().partition(" ")
        if word == "ended":
            break
        if word == "pid":
            time.sleep(seconds)
            killed = os.kill(int(number), signal.SIGKILL)
        else:
            told[word] = int(number)
    assert killed is None
    return told


def test_no_kill_loses_a_committed_edit_or_leaves_an_unreadable_file(editors, tmp_path):
    dice = random.Random()
    folder = tmp_path / "journal"
    last, torn = {"edit": 0, "case": 0}, 0
    for _ in range(KILLS):
        told = edit_and_kill(editors, folder, dice.uniform(0.005, 0.12))
        last = {word: max(last[word], told[word]) for word in last}
        if not (folder / JOURNAL_FILE).exists():
            assert last == {"edit": 0, "case": 0}
            continue
        started = time.perf_counter()
        found = recover(folder)
        assert time.perf_counter() - started < LONGEST_RECOVERY
        torn += bool(found.problem)
        with open_journal(folder) as journal:
            reached = journal.last.number
        assert last["edit"] <= reached <= last["edit"] + 1
        assert np.array_equal(found.labels, labels_after(reached))
        last["edit"] = reached
        if (folder / "case" / "case.json").exists():
            case = read_case(folder / "case")
            number = int(case.facts.note)
            assert last["case"] <= number <= reached
            assert np.array_equal(case.frames, case_of(number).frames)
            assert np.array_equal(case.labels, labels_after(number))
            last["case"] = number
        else:
            assert last["case"] == 0
    assert last["edit"] > KILLS
    assert np.array_equal(replay(folder, last["edit"] // 2), labels_after(last["edit"] // 2))
    assert list(folder.glob("journal.broken-*")) == []
