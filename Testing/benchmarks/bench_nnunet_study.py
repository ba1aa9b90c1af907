"""nnU-Net v2 as an outside row of the ablation: the same phantoms, crops, steps and test runs.

`python -m Testing.benchmarks.bench_nnunet_study STUDY --nnunet-python PYTHON`, where STUDY is the
folder of a finished `dsatrain ablate` and PYTHON has nnunetv2 (an environment of its own: `pip
install torch==2.13.0 nnunetv2`). MinIP and eight frames are its nine channels, the paper's row
nnU-Net*; network of about as many parameters as DSANet's, optimiser, loss and augmentation are its
own, mirroring at the end is off. What is done lies in STUDY and is not done again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from dsanet.atomic import write_text
from dsanet.model import resampling_weights
from dsatrain.ablate import StudyPlan
from dsatrain.ablate.runs import study_runs
from dsatrain.ablate.scoring import scored
from dsatrain.ablate.study import plain
from dsatrain.ablate.table import COLUMNS, score_cell, scores_of
from dsatrain.crops import CROPS_PER_RUN, PhantomCrops
from dsatrain.sample import Sample, make_sample

THEIRS = Path(__file__).with_name("nnunet_study_child.py")
BATCH = 2


def main() -> int:
    """Train from each seed, and write the row in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--nnunet-python", required=True)
    asked = parser.parse_args()
    study = json.loads((asked.study / "study.json").read_text("utf-8"))
    known = {key: tuple(v) if isinstance(v, list) else v for key, v in study["plan"].items()}
    plan = StudyPlan(**known)
    wanted = study["trainings"]["timestamps"][str(plan.seeds[0])]["parameters"]
    found = [trained(plan, seed, wanted, asked) for seed in plan.seeds]
    cells = [f"{found[0]['parameters'] / 1e6:.2f}"]
    rows = [one["runs"] for one in found]
    cells += [score_cell(scores_of(rows, score)) for _, score in COLUMNS]
    sys.stdout.write(f"| nnU-Net v2, MinIP and frames as channels | {' | '.join(cells)} |\n")
    return 0


def trained(plan: StudyPlan, seed: int, wanted: int, asked: argparse.Namespace) -> dict[str, Any]:
    """One training's scores, from the study's folder or made now."""
    kept_in = asked.study / f"nnunet-{seed}.json"
    if kept_in.is_file():
        return json.loads(kept_in.read_text("utf-8"))
    tests = study_runs(plan.test_count)
    with tempfile.TemporaryDirectory() as scratch:
        runs, answers = Path(scratch) / "runs", Path(scratch) / "tests"
        store(runs, training_samples(plan, seed))
        store(answers, [run.sample for run in tests])
        settings = (wanted, plan.crop_px, BATCH, plan.steps, seed)
        command = [asked.nnunet_python, str(THEIRS), str(runs), str(answers), *map(str, settings)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows = [
            scored(run, np.load(answers / f"answer-{number:04}.npy"))
            for number, run in enumerate(tests)
        ]
    found = json.loads(done.stdout.splitlines()[-1]) | {"runs": plain(rows)}
    write_text(kept_in, json.dumps(found))
    return found


def training_samples(plan: StudyPlan, seed: int) -> list[Sample]:
    """The phantoms that crops of a training of that seed are cut from, whole."""
    crops = PhantomCrops(seed, plan.config("timestamps", seed).crops)
    count = plan.steps * BATCH // CROPS_PER_RUN
    drawn = (crops.load(crops.number_at(place)) for place in range(count))
    return [make_sample(run.prepared, run.labels, run.name) for run in drawn]


def store(folder: Path, samples: list[Sample]) -> None:
    """Write MinIP and eight frames of each run as one array, and its labels."""
    folder.mkdir()
    for number, sample in enumerate(samples):
        weights = resampling_weights(sample.times.astype(np.float64))
        frames = np.tensordot(weights, sample.frames, 1)
        np.save(folder / f"frames-{number:04}.npy", np.concatenate((sample.minip[None], frames)))
        np.save(folder / f"labels-{number:04}.npy", sample.labels)


if __name__ == "__main__":
    sys.exit(main())
