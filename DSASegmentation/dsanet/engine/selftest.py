"""Whether this machine segments as it should: every backend that is here, against one another."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsanet.engine.choose import choose_backend
from dsanet.engine.engine import Engine
from dsanet.engine.prediction import Prediction
from dsanet.engine.sample_run import sample_run
from dsanet.errors import EngineError, PackageError
from dsanet.io import DSARun
from dsanet.packages import ModelPackage

CANDIDATES = (
    ("cpu", "float32"),
    ("openvino", "float32"),
    ("openvino", "bfloat16"),
    ("cuda", "float32"),
    ("cuda", "float16"),
    ("mps", "float32"),
)
"""Device and precision of all that is tried. The first that works is what the others are held
against: torch on the CPU where it is there, so that the IR is held against the weights."""

WINDOW = (0, 5)
"""Given, so that what differs is the network's answer alone."""

MOST_FLIPPED = 5e-4
"""Share of the pixels whose label may differ: R11 for float32; in bfloat16 at most 2.2e-4 were seen
on eleven runs."""

MOST_DIFFERENCE = {"float32": 1e-3, "bfloat16": 0.1, "float16": 0.02}
"""By how much a probability may differ. Seen in bfloat16: at most 0.05, on eleven runs."""


@dataclass(frozen=True)
class Check:
    """One backend's result.

    Attributes:
        device: One of `DEVICES`.
        precision: Number format of the arithmetic.
        threads: Threads of the processor; 0 where the backend is not here.
        libraries: Versions of what computed.
        load_s: Seconds until the model was ready.
        infer_s: Seconds that the sample run took, the second time.
        flipped: Share of the pixels whose label differs from the first backend's.
        difference: By how much a probability differs from the first backend's.
        missing: Why the backend is not here; empty if it is.
        failure: What is wrong with it; empty if nothing.
    """

    device: str
    precision: str
    threads: int = 0
    libraries: dict[str, str] | None = None
    load_s: float = 0.0
    infer_s: float = 0.0
    flipped: float = 0.0
    difference: float = 0.0
    missing: str = ""
    failure: str = ""


@dataclass(frozen=True)
class SelfTest:
    """The results for one model.

    Attributes:
        model: Its name.
        model_sha256: Of its weights.
        auto: What `auto` chooses and why, one sentence.
        checks: One a backend, those that are not here included.
    """

    model: str
    model_sha256: str
    auto: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """What is wrong, one sentence each; none if all is well."""
        found = [f"{c.device} in {c.precision}: {c.failure}" for c in self.checks if c.failure]
        if all(check.missing for check in self.checks):
            found.append("no backend is here")
        return tuple(found)


def selftest(package: ModelPackage) -> SelfTest:
    """Run a model on a small made-up run with every backend that is here.

    Args:
        package: The model.

    Returns:
        What each backend did, and how far the answers agree.
    """
    run = sample_run()
    reference: Prediction | None = None
    checks: list[Check] = []
    for device, precision in CANDIDATES:
        check, answer = _check(package, run, device, precision, reference)
        checks.append(check)
        if reference is None and not check.failure:
            reference = answer
    return SelfTest(package.name, package.weights_sha256, _auto(package), tuple(checks))


def _auto(package: ModelPackage) -> str:
    try:
        return choose_backend(package, "auto").reason
    except (EngineError, PackageError) as error:
        return str(error)


def _check(
    package: ModelPackage, run: DSARun, device: str, precision: str, reference: Prediction | None
) -> tuple[Check, Prediction | None]:
    """Run one backend and hold it against another; no prediction where it is not here."""
    started = time.perf_counter()
    try:
        engine = Engine.load(package, device, precision)
    except (EngineError, PackageError) as error:
        return Check(device, precision, missing=str(error)), None
    load_s = time.perf_counter() - started
    try:
        answer = [engine.segment(run, WINDOW) for _ in range(2)][-1]
    except EngineError as error:
        return Check(device, precision, load_s=load_s, failure=str(error)), None
    flipped, difference = _differences(answer, reference or answer)
    check = Check(
        device=device,
        precision=precision,
        threads=engine.backend.threads,
        libraries=answer.provenance["libraries"],
        load_s=load_s,
        infer_s=answer.seconds["infer"],
        flipped=flipped,
        difference=difference,
        failure=_failure(answer, engine, flipped, difference),
    )
    return check, answer


def _differences(answer: Prediction, reference: Prediction) -> tuple[float, float]:
    """Share of differing labels, and the largest difference of a probability."""
    apart: NDArray[np.float32] = np.abs(
        answer.probabilities.astype(np.float32) - reference.probabilities.astype(np.float32)
    )
    return float(np.mean(answer.labels != reference.labels)), float(apart.max())


def _failure(answer: Prediction, engine: Engine, flipped: float, difference: float) -> str:
    """What is wrong with an answer; empty if nothing."""
    used = answer.provenance["backend"], answer.provenance["precision"]
    if used != (engine.backend.name, engine.backend.precision):
        return f"it failed and another backend answered: {answer.provenance['device_choice']}"
    if flipped > MOST_FLIPPED:
        return f"{100 * flipped:.3f} % of the labels differ, {100 * MOST_FLIPPED:.2f} % may"
    allowed = MOST_DIFFERENCE[engine.backend.precision]
    if difference > allowed:
        return f"a probability differs by {difference:.4f}, {allowed} may"
    return ""
