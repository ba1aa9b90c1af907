"""`python -m dsatrain.loop_demo`: corrected labels make a better model, from end to end.

| step | here |
| --- | --- |
| segment | the active model segments runs of another hospital (`dsatrain.shifted`), not well |
| correct | the simulated annotator corrects eight of them, click by click |
| export | these become accepted cases to learn from, ten others a frozen set to judge on |
| fine-tune | half new cases, half replay |
| gate | the child against its parent, run by run |
| activate | with the gate's report; where it accepts nothing, for a recorded reason, said plainly |
| segment | eight other runs of that hospital, with the model before and after |
| roll back | the model before is active again |

The models, the data sets and the report lie in the output folder; the user's own models are neither
used nor changed. Phantoms say nothing about patients.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dsanet.atomic import new_folder
from dsanet.cases import list_cases, prepared_run, read_case
from dsanet.cli.arguments import OneLineParser, path
from dsanet.cli.main import guarded
from dsanet.cli.streams import open_streams, show
from dsanet.engine import Engine
from dsanet.errors import DSAError
from dsanet.labels import CLASSES
from dsanet.packages import DEFAULT_NAME, ModelPackage, Registry, find_package, read_gate
from dsanet.packages.gate_record import ACCEPT
from dsanet.packages.registry import GATE, OVERRIDE
from dsatrain.corrected import correct_cases
from dsatrain.evaluate import dice_scores
from dsatrain.finetune import choose, finetune, make_plan
from dsatrain.gate import judge, write_report
from dsatrain.gate.phantoms import regression_phantoms
from dsatrain.shifted import shifted_settings, write_cases

LEARN_FROM, JUDGE_FROM, SHOW_FROM = 700_000, 710_000, 720_000
"""Seeds that no training draws, those of the benchmark of fine-tuning."""


@dataclass(frozen=True)
class Size:
    """How large the demonstration is.

    Attributes:
        learn: Cases to learn from.
        judge: Cases of the frozen set.
        show: Runs segmented before and after.
        phantoms: Frozen phantoms of the gate; a verdict that counts takes all of them.
        clicks: Of the annotator in each case, at most.
        side: Rows and columns of a run.
        steps: Of the fine-tuning.
        crop_px: Side of a crop; None is the recipe's.
    """

    learn: int = 8
    judge: int = 10
    show: int = 8
    phantoms: int = 16
    clicks: int = 60
    side: int = 384
    steps: int = 60
    crop_px: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        verdict: The gate's.
        permit: What allowed the child's activation: `gate` or `override`.
        before: Mean Dice of BV and MAT of the parent on the runs to show.
        after: Of the child.
        active: Name of the model that is active at the end.
    """

    verdict: str
    permit: str
    before: dict[str, float]
    after: dict[str, float]
    active: str


def run_loop(
    folder: Path,
    size: Size,
    tell: Callable[[str], None],
    parent: ModelPackage | None = None,
    device: str = "auto",
) -> Outcome:
    """Go round the loop once.

    Args:
        folder: For the data sets, the models and the report; it is made if missing.
        size: How large.
        tell: Told each step, a sentence.
        parent: The model to begin with; None is the bundled one.
        device: `auto`, `cuda`, `mps` or `cpu`.

    Raises:
        DSAError: A step failed.
    """
    registry = _registry(folder / "home", parent)
    begun = registry.active()
    with new_folder(folder):
        data, shown = _cases(folder, size, Engine.load(begun, device), tell)
    before = mean_dice(begun, shown, device)
    tell(f"{begun.name} is active; Dice on {size.show} other runs: {_told(before)}")
    child = registry.import_package(_tuned(begun, data, folder / "finetune", size, device, tell))
    permit, verdict = _activated(registry, child, begun, data, folder / "gate", size, device, tell)
    after = mean_dice(registry.active(), shown, device)
    tell(f"{registry.active().name} is active; Dice on the same runs: {_told(after, before)}")
    active = registry.roll_back("end of the demonstration").package.name
    tell(f"rolled back: {active} is active again")
    return Outcome(verdict, permit, before, after, active)


def _tuned(
    parent: ModelPackage,
    data: Path,
    folder: Path,
    size: Size,
    device: str,
    tell: Callable[[str], None],
) -> Path:
    """Fine-tune; give the child's folder."""
    chosen = choose(data, parent, device)
    plan = make_plan(parent, chosen, "child", steps=size.steps, crop_px=size.crop_px)
    for line in plan.lines():
        tell(line)
    trained = finetune(plan, folder, device=device)
    if trained is None:
        msg = "this demonstration is for one process; run it without torchrun"
        raise DSAError(msg)
    return trained.folder


def _activated(
    registry: Registry,
    child: ModelPackage,
    parent: ModelPackage,
    data: Path,
    folder: Path,
    size: Size,
    device: str,
    tell: Callable[[str], None],
) -> tuple[str, str]:
    """Judge, and make the child active; give what allowed it and the verdict."""
    frozen = regression_phantoms(size.phantoms)
    report = judge(child, parent, data, device=device, phantoms=frozen)
    path = write_report(report, folder)
    tell(f"the gate says {report.verdict}: {report.reasons[0]} ({path})")
    if report.verdict == ACCEPT:
        registry.activate(child.name, gate=read_gate(path))
        return GATE, report.verdict
    tell("so it may not take the parent's place; here, and only here, it does, to show the rest")
    registry.activate(child.name, override=f"to be shown, though the gate says {report.verdict}")
    return OVERRIDE, report.verdict


def mean_dice(model: ModelPackage, dataset: Path, device: str) -> dict[str, float]:
    """Mean Dice of BV and MAT on the cases of a data set, each over those that have the class."""
    engine = Engine.load(model, device)
    found: dict[str, list[float]] = {of.name: [] for of in CLASSES}
    for entry in list_cases(dataset):
        case = read_case(entry.folder)
        answer = engine.segment_prepared(prepared_run(case), {"case": entry.name})
        dice = dice_scores(answer.labels, case.labels)
        for of in CLASSES:
            if np.any(case.labels == of.value):
                found[of.name].append(dice[of.name])
    return {name: float(np.mean(values)) for name, values in found.items() if values}


def _told(dice: dict[str, float], before: dict[str, float] | None = None) -> str:
    """Dice of each class, and how much it differs from before, in points."""
    return ", ".join(
        f"{name} {value:.3f}" + (f" ({100 * (value - before[name]):+.1f} points)" if before else "")
        for name, value in dice.items()
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demonstration.

    Args:
        argv: The arguments, those of the process if None.

    Returns:
        The exit code: 0, 2 after an error and 130 after Ctrl-C.
    """
    parser = OneLineParser(prog="dsatrain.loop_demo", description=__doc__)
    parser.add_argument("--output", type=path, required=True, metavar="DIR")
    parser.add_argument("--parent", metavar="MODEL", help="the bundled model if not given")
    parser.add_argument("--steps", type=int, default=Size.steps)
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    arguments = parser.parse_args(argv)
    open_streams(json=False)

    def run() -> None:
        parent = find_package(arguments.parent) if arguments.parent else None
        size = Size(steps=arguments.steps)
        run_loop(arguments.output, size, lambda line: show(f"{line}\n"), parent)

    return guarded("dsatrain.loop_demo", run, debug=arguments.debug)


def _cases(
    folder: Path, size: Size, engine: Engine, tell: Callable[[str], None]
) -> tuple[Path, Path]:
    """Write the data set to learn from and judge on, and the one to show."""
    shape = (size.side, size.side)

    def write(dataset: str, first: int, count: int, split: str) -> list[str]:
        drawn = (shifted_settings(seed, shape) for seed in range(first, first + count))
        return write_cases(folder / dataset, drawn, split)

    names = write("truth", LEARN_FROM, size.learn, "train")
    write("data", JUDGE_FROM, size.judge, "test")
    write("shown", SHOW_FROM, size.show, "test")
    tell(f"made {size.learn} runs to correct, {size.judge} to judge on, {size.show} to show")
    correct_cases(
        folder / "truth",
        names,
        folder / "data",
        engine,
        budget=size.clicks,
        on_case=lambda done: tell(
            f"{done.name}: {done.clicks} clicks, BV Dice {done.before:.3f} -> {done.after:.3f}"
        ),
    )
    return folder / "data", folder / "shown"


def _registry(home: Path, parent: ModelPackage | None) -> Registry:
    """A registry of its own, in which the parent is active."""
    registry = Registry(home)
    if parent is not None and parent.name != DEFAULT_NAME:
        registry.import_package(parent.folder)
        registry.activate(parent.name, override="the model that this demonstration begins with")
    return registry


if __name__ == "__main__":
    raise SystemExit(main())
