"""Stands in for `dsatrain.cli`, which takes minutes: does what the name of the data set says.

Its words and files are those of the real one.

A fine-tuning's child is a copy of the package whose folder is in DSA_TEST_CHILD.
"""

import json
import os
import shutil
import signal
import time
from pathlib import Path

from dsanet.cli import streams
from dsanet.packages import default_home, find_package, load_package

HEADER = "step,loss,learning_rate,seconds_per_step,BV dice,MAT dice,whole dice\n"
FOREVER = 1000


def main(arguments):
    command, *options = arguments
    dataset = Path(options[options.index("--data") + 1] if "--data" in options else options[-1])
    if dataset.name == "refused":
        streams.tell(f"noise\ndsatrain: {dataset} holds nothing; correct some\n")
        return 2
    if dataset.name == "dies":
        tell("step", step=1, steps=9, loss=1.0, seconds_left=None)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"finetune": finetune, "gate": gate, "rank": rank}[command](options, dataset)


def tell(event, **values):
    streams.show(json.dumps({"event": event, **values}) + "\n")


def finetune(options, dataset):
    source = Path(os.environ["DSA_TEST_CHILD"])
    folder = default_home() / "trainings" / source.name
    tell("plan", name=source.name, lines=["learns from 4 new cases", "left out: x: it is empty"])
    if "--dry-run" in options:
        return 0
    asked = []
    signal.signal(signal.SIGTERM, lambda *_given: asked.append(1))
    history = folder / "training" / "history.csv"
    first = len(history.read_text().splitlines()) - 1 if history.exists() else 0
    steps = FOREVER if dataset.name == "slow" else 4
    for step in range(first + 1, steps + 1):
        tell("step", step=step, steps=steps, loss=1 / step, seconds_left=90.0)
        tell("report", step=step, loss=1 / step, **{"BV dice": 0.5 + step / 100})
        time.sleep(0.02)
        if asked:
            write_history(history, step)
            streams.tell("dsatrain: stopped; the same command goes on\n")
            return 130
    write_history(history, steps)
    shutil.copytree(source, folder / source.name, dirs_exist_ok=True)
    tell("done", package=str(folder / source.name), name=source.name)
    return 0


def write_history(path, steps):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{step},{1 / step},1e-4,0.1,{0.5 + step / 100},,\n" for step in range(1, steps + 1)]
    path.write_text(HEADER + "".join(rows))


def gate(options, dataset):
    for done in range(FOREVER if dataset.name == "endless" else 3):
        tell("progress", stage="cases", done=done, count=FOREVER)
        time.sleep(0.02)
    child, active = load_package(Path(options[0])), find_package()
    verdict = "reject" if dataset.name == "worse" else "accept"
    passed = verdict == "accept"
    report = {
        "format": 1,
        "kind": "gate report",
        "verdict": verdict,
        "reasons": ["better <by> 3 points" if passed else "better: it is not"],
        "child": described(child),
        "parent": described(active),
        "data": {"cases": 7, "patients": 4, "sha256": "00"},
        "findings": [{"rule": "better", "passed": passed, "words": "+3.00 points"}],
        "time": "2026-01-01T00:00:00Z",
    }
    folder = Path(options[-1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gate.json").write_text(json.dumps(report))
    if passed:
        return 0
    streams.tell("dsatrain: reject: better: it is not\n")
    return 2


def described(package):
    return {
        "name": package.name,
        "weights_sha256": package.weights_sha256,
        "fingerprint": package.fingerprint,
    }


def rank(_options, _folder):
    row = {"place": 1, "name": "run-7", "gain": 0.5, "why": "the most uncertain", "novelty": 1.0}
    tell("progress", stage="runs", done=1, count=1)
    tell("done", runs=[row])
    return 0
