"""What eight corrected cases of another hospital are worth: a fine-tuning and its controls.

Run with `python -m Testing.benchmarks.bench_finetune [--parent MODEL] [--folder DIR] [...]`.

| arm | learns from |
| --- | --- |
| replay | eight runs of `dsatrain.shifted` as the simulated annotator corrects them, half replay |
| naive | the same eight, without replay, distillation and frozen stages |
| ranked | eight of 24 such runs, chosen by `dsatrain rank`; `replay` has them by chance |

The annotator begins with the parent's answer and has a budget of clicks, so that the labels learned
from are those of a good reader and not exact; gate and test have exact ones. Each child is compared
with its parent on 20 other runs of that hospital and on 20 of the source domain, run by run; the
intervals are 95 % of a bootstrap over runs.

Nothing of a folder that is there already is made again: runs, corrections, checkpoints, scores and
verdicts are kept, those of a model by its fingerprint, so that a benchmark that was stopped goes on
where it was and another parent needs only its own answers. What counts as time is CPU time divided
by two, as on two cores that do nothing else. `--toy` shrinks all, to try the benchmark itself.
"""

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from dsanet import atomic
from dsanet.cases import list_cases, prepared_run, read_case
from dsanet.engine import Engine
from dsanet.packages import ModelPackage, find_package, load_package
from dsatrain.corrected import correct_cases
from dsatrain.evaluate import dice_scores
from dsatrain.finetune import choose, finetune, make_plan
from dsatrain.gate.judging import judge
from dsatrain.gate.phantoms import COUNT, regression_phantoms
from dsatrain.gate.report import report_json
from dsatrain.gate.rules import interval
from dsatrain.loop_demo import JUDGE_FROM, LEARN_FROM, SHOW_FROM
from dsatrain.rank import rank_cases
from dsatrain.shifted import shifted_settings, source_settings, write_cases

CLICKS = 60
"""Of the annotator in each case, at most."""

ARMS = ("replay", "naive", "ranked")
PLAIN = {"frozen": (), "frozen_steps": 0}
PROMISED_GAIN, ALLOWED_LOSS, ALLOWED_MINUTES = 0.05, 0.005, 20.0


@dataclass(frozen=True)
class Size:
    """How large the benchmark is.

    Attributes:
        cases: To learn from in each arm.
        pool: Runs among which `ranked` chooses.
        gate: Runs that judge.
        test: Runs of either domain that test.
        side: Rows and columns of a run.
        steps: Of a fine-tuning; None is the recipe's.
        phantoms: Frozen ones of the gate; a verdict that counts takes all.
    """

    cases: int = 8
    pool: int = 24
    gate: int = 10
    test: int = 20
    side: int = 384
    steps: int | None = None
    phantoms: int = COUNT


FULL = Size()
TOY = Size(cases=2, pool=3, gate=6, test=3, side=224, steps=4, phantoms=2)

Scores = dict[str, dict[str, float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the arms that are asked for and write a table.

    Args:
        arguments: The command line, that of the process if None.

    Returns:
        The exit code: 1 where the arm `replay` breaks a promise.
    """
    asked = _parser().parse_args(arguments)
    size = TOY if asked.toy else FULL
    size = replace(size, steps=asked.steps or size.steps)
    parent = find_package(asked.parent)
    asked.folder.mkdir(parents=True, exist_ok=True)
    sets = data_sets(asked.folder, size)
    before = {name: scores_of(parent, sets[name], asked.folder) for name in ("test", "source")}
    # What is made of a parent's answers lies apart from that of another parent's.
    home = asked.folder / f"of-{parent.weights_sha256[:12]}"
    results = {}
    for arm in asked.arms:
        data = corrected(arm, parent, sets, home, size)
        results[arm] = run_arm(arm, parent, data, sets, before, home, size)
        sys.stdout.write(table({arm: results[arm]}) + "\n")
        sys.stdout.flush()
    atomic.write_text(home / "result.json", json.dumps(results, indent=1) + "\n")
    sys.stdout.write(table(results))
    return int(not kept(results["replay"])) if "replay" in results else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", help="the active model if not given")
    parser.add_argument("--folder", type=Path, default=Path("bench-finetune"))
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--steps", type=int, help="the recipe's if not given")
    parser.add_argument("--toy", action="store_true", help="a few small runs and steps")
    return parser


def data_sets(folder: Path, size: Size) -> dict[str, Path]:
    """Write the runs with their exact labels: to learn from, to judge and to test on."""
    shape = (size.side, size.side)
    sets = {name: folder / name for name in ("pool", "gate", "test", "source")}
    for name, first, count, settings, split in (
        ("pool", LEARN_FROM, size.pool, shifted_settings, "train"),
        ("gate", JUDGE_FROM, size.gate, shifted_settings, "test"),
        ("test", SHOW_FROM, size.test, shifted_settings, "test"),
        ("source", SHOW_FROM, size.test, source_settings, "test"),
    ):
        write_cases(
            sets[name], (settings(seed, shape) for seed in range(first, first + count)), split
        )
    return sets


def corrected(
    arm: str, parent: ModelPackage, sets: dict[str, Path], home: Path, size: Size
) -> Path:
    """Give the corrected cases that an arm learns from."""
    engine = Engine.load(parent)
    if arm == "ranked":
        folder, names = home / "ranked", ranked_names(engine, sets["pool"], home, size)
    else:
        folder, names = home / "by-chance", sorted(e.name for e in list_cases(sets["pool"]))
    told = sys.stdout.write
    correct_cases(
        sets["pool"],
        names[: size.cases],
        folder,
        engine,
        budget=CLICKS,
        on_case=lambda done: told(f"{done}\n") and None,
    )
    return folder


def ranked_names(engine: Engine, pool: Path, home: Path, size: Size) -> list[str]:
    """Names of the pool's cases in the order of `dsatrain rank`, kept in the folder."""
    kept_in = home / "ranked.json"
    if not kept_in.exists():
        names = [entry.name for entry in rank_cases(engine, list_cases(pool), size.cases)]
        home.mkdir(parents=True, exist_ok=True)
        atomic.write_text(kept_in, json.dumps(names) + "\n")
    found: list[str] = json.loads(kept_in.read_text(encoding="utf-8"))
    return found


def scores_of(model: ModelPackage, dataset: Path, folder: Path) -> Scores:
    """Dice of each class on each run of a data set, kept by the model's fingerprint."""
    kept_in = folder / f"scores-{dataset.name}-{model.fingerprint[:12]}.json"
    entries = list_cases(dataset)
    if kept_in.exists():
        found: Scores = json.loads(kept_in.read_text(encoding="utf-8"))
        if set(found) == {entry.name for entry in entries}:
            return found
    engine, found = Engine.load(model), {}
    for entry in entries:
        case = read_case(entry.folder)
        answer = engine.segment_prepared(prepared_run(case), {})
        found[entry.name] = dice_scores(answer.labels, case.labels)
    atomic.write_text(kept_in, json.dumps(found) + "\n")
    return found


def run_arm(
    arm: str,
    parent: ModelPackage,
    data: Path,
    sets: dict[str, Path],
    before: dict[str, Scores],
    home: Path,
    size: Size,
) -> dict[str, Any]:
    """Fine-tune, gate and test one arm."""
    folder = home / f"arm-{arm}"
    child, found = tuned(arm, parent, data, folder, size.steps)
    if "gate" not in found:
        report = judge(child, parent, sets["gate"], phantoms=regression_phantoms(size.phantoms))
        atomic.write_text(folder / "gate.json", report_json(report))
        found |= {"gate": report.verdict, "why": list(report.reasons)}
        atomic.write_text(folder / "arm.json", json.dumps(found) + "\n")
    for name in ("test", "source"):
        after = scores_of(child, sets[name], home.parent)
        found[name] = {of: compared(before[name], after, of) for of in ("BV", "MAT", "whole")}
    return found


def tuned(
    arm: str, parent: ModelPackage, data: Path, folder: Path, steps: int | None
) -> tuple[ModelPackage, dict[str, Any]]:
    """Fine-tune an arm, or give what is there; the time of an arm that was stopped adds up."""
    kept_in, spent_in = folder / "arm.json", folder / "minutes.json"
    if kept_in.exists():
        found: dict[str, Any] = json.loads(kept_in.read_text(encoding="utf-8"))
        return load_package(Path(found["package"])), found
    folder.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(spent_in.read_text(encoding="utf-8")) if spent_in.exists() else 0.0
    began = cpu_seconds()
    naive = PLAIN if arm == "naive" else {}
    changes = {"steps": steps, **naive}
    plan = make_plan(parent, choose(data, parent), arm, replays=arm != "naive", **changes)
    try:
        child = finetune(plan, folder)
    finally:
        minutes = earlier + (cpu_seconds() - began) / 60 / 2
        atomic.write_text(spent_in, json.dumps(minutes) + "\n")
    if child is None:
        msg = "this benchmark is for one process; run it without torchrun"
        raise SystemExit(msg)
    found = {"package": str(child.folder), "steps": plan.config.steps, "minutes": minutes}
    atomic.write_text(kept_in, json.dumps(found) + "\n")
    return child, found


def compared(before: Scores, after: Scores, of: str) -> dict[str, float]:
    """Mean before and after, and their difference with its interval."""
    pairs = np.array([(before[run][of], after[run][of]) for run in sorted(before)])
    present = pairs[np.isfinite(pairs).all(axis=1)]
    runs = [str(number) for number in range(len(present))]
    mean, low, high = interval(present[:, 1] - present[:, 0], runs)
    first, last = present.mean(axis=0).tolist()
    return {
        "runs": len(present),
        "before": first,
        "after": last,
        "mean": mean,
        "low": low,
        "high": high,
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    """One line an arm, class and domain, in points of Dice."""
    lines = [
        "| arm | runs | class | before | after | difference (95 %) | gate | minutes of two cores |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for arm, found in results.items():
        ends = f"{found['gate']} | {found['minutes']:.1f} |"
        for name in ("test", "source"):
            for of, row in found[name].items():
                before, after, mean, low, high = (
                    f"{100 * row[key]:.1f}" for key in ("before", "after", "mean", "low", "high")
                )
                span = f"{mean} ({low} to {high})"
                cells = (arm, f"{row['runs']} {name}", of, before, after, span, ends)
                lines.append("| " + " | ".join(cells))
    return "\n".join(lines) + "\n"


def kept(found: dict[str, Any]) -> bool:
    """Whether an arm keeps what is promised of a fine-tuning."""
    gain, loss = found["test"]["BV"], found["source"]["BV"]
    return (
        gain["mean"] >= PROMISED_GAIN
        and gain["low"] > 0
        and loss["mean"] >= -ALLOWED_LOSS
        and found["minutes"] <= ALLOWED_MINUTES
    )


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(entry.ru_utime + entry.ru_stime for entry in used)


if __name__ == "__main__":
    raise SystemExit(main())
