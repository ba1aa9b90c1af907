"""What eight corrected cases of another hospital are worth: a fine-tuning and its controls.

Run with `python -m Testing.benchmarks.bench_finetune [--parent MODEL] [--folder DIR] [...]`.

| arm | learns from |
| --- | --- |
| replay | eight runs of `dsatrain.shifted` with their exact labels, half replay |
| naive | the same eight, without replay, distillation and frozen stages |
| ranked | eight of 24 such runs, chosen by `dsatrain rank`; `replay` has them by chance |

Each child is compared with its parent on 20 other runs of that hospital and on 20 of the source
domain, run by run; the intervals are 95 % of a bootstrap over runs. Nothing of a folder that is
there already is made again, so that a benchmark that was stopped goes on. What counts as time is
CPU time divided by two, as on two cores that do nothing else.
"""

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dsanet import atomic
from dsanet.cases import list_cases, prepared_run, read_case
from dsanet.engine import Engine
from dsanet.packages import ModelPackage, find_package, load_package
from dsatrain.evaluate import dice_scores
from dsatrain.finetune import choose, finetune, make_plan
from dsatrain.gate.judging import judge
from dsatrain.gate.report import report_json
from dsatrain.gate.rules import interval
from dsatrain.rank import rank_cases
from dsatrain.shifted import shifted_settings, source_settings, write_cases

POOL_FROM, GATE_FROM, TEST_FROM = 700_000, 710_000, 720_000
"""Seeds that no training draws."""

CASES, POOL = 8, 24
ARMS = ("replay", "naive", "ranked")
PLAIN = {"frozen": (), "frozen_steps": 0}
PROMISED_GAIN, ALLOWED_LOSS, ALLOWED_MINUTES = 0.05, 0.005, 20.0

Scores = dict[str, dict[str, float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the arms that are asked for and write a table.

    Args:
        arguments: The command line, that of the process if None.

    Returns:
        The exit code: 1 where the arm `replay` breaks a promise.
    """
    asked = _parser().parse_args(arguments)
    parent = find_package(asked.parent)
    asked.folder.mkdir(parents=True, exist_ok=True)
    sets = data_sets(asked.folder, asked.gate, asked.test)
    before = {name: scores_of(parent, sets[name], asked.folder) for name in ("test", "source")}
    results = {}
    for arm in asked.arms:
        data = sets[arm] if arm != "naive" else sets["replay"]
        if arm == "ranked":
            choose_ranked(parent, data, sets["replay"])
        results[arm] = run_arm(arm, parent, data, sets, before, asked)
        sys.stdout.write(table({arm: results[arm]}) + "\n")
        sys.stdout.flush()
    atomic.write_text(asked.folder / "result.json", json.dumps(results, indent=1) + "\n")
    sys.stdout.write(table(results))
    return int(not kept(results["replay"])) if "replay" in results else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", help="the active model if not given")
    parser.add_argument("--folder", type=Path, default=Path("bench-finetune"))
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=list(ARMS))
    parser.add_argument("--steps", type=int, help="the recipe's if not given")
    parser.add_argument("--crop-px", type=int, default=192)
    parser.add_argument("--gate", type=int, default=10)
    parser.add_argument("--test", type=int, default=20)
    return parser


def data_sets(folder: Path, gate: int, test: int) -> dict[str, Path]:
    """Write the data sets: what each arm learns from, what judges, what tests."""
    shifted = list(map(shifted_settings, range(POOL_FROM, POOL_FROM + CASES)))
    gates = map(shifted_settings, range(GATE_FROM, GATE_FROM + gate))
    tests = range(TEST_FROM, TEST_FROM + test)
    sets = {name: folder / name for name in ("replay", "ranked", "gate", "test", "source")}
    write_cases(sets["replay"], shifted, "train")
    write_cases(sets["gate"], gates, "test")
    write_cases(sets["test"], map(shifted_settings, tests), "test")
    write_cases(sets["source"], map(source_settings, tests), "test")
    return sets


def choose_ranked(parent: ModelPackage, folder: Path, first: Path) -> None:
    """Fill the data set of the arm `ranked` with those that `dsatrain rank` puts first."""
    if folder.is_dir() and len(list_cases(folder)) == CASES:
        return
    pool = folder.parent / "pool"
    write_cases(pool, map(shifted_settings, range(POOL_FROM, POOL_FROM + POOL)), "train")
    chosen = rank_cases(Engine.load(parent), list_cases(pool), CASES)
    seeds = [int(entry.name.rpartition("-")[2]) for entry in chosen]
    write_cases(folder, map(shifted_settings, seeds), "train")


def scores_of(model: ModelPackage, dataset: Path, folder: Path) -> Scores:
    """Dice of each class on each run of a data set, kept in the folder by the model's hash."""
    kept_in = folder / f"scores-{dataset.name}-{model.weights_sha256[:12]}.json"
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
    asked: argparse.Namespace,
) -> dict[str, Any]:
    """Fine-tune, gate and test one arm."""
    home = asked.folder / f"arm-{arm}"
    kept_in = home / "arm.json"
    if kept_in.exists():
        found: dict[str, Any] = json.loads(kept_in.read_text(encoding="utf-8"))
        child = load_package(Path(found["package"]))
    else:
        began = cpu_seconds()
        naive = PLAIN if arm == "naive" else {}
        changes = {"steps": asked.steps, "crop_px": asked.crop_px, **naive}
        plan = make_plan(parent, choose(data, parent), arm, replays=arm != "naive", **changes)
        child = finetune(plan, home) or parent
        found = {
            "package": str(child.folder),
            "steps": plan.config.steps,
            "minutes": (cpu_seconds() - began) / 60 / 2,
        }
        atomic.write_text(kept_in, json.dumps(found) + "\n")
    report = judge(child, parent, sets["gate"])
    atomic.write_text(home / "gate.json", report_json(report))
    found |= {"gate": report.verdict, "why": list(report.reasons)}
    for name in ("test", "source"):
        after = scores_of(child, sets[name], asked.folder)
        found[name] = {of: compared(before[name], after, of) for of in ("BV", "MAT", "whole")}
    return found


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
