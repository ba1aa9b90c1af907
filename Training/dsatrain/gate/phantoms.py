"""The frozen phantoms on which a child must not have forgotten what its parent knew."""

import hashlib
from collections.abc import Callable, Sequence

from dsanet.prepare import prepare
from dsatrain.evaluate import LabelledRun, phantom_groups
from dsatrain.gate.cases import GateCase
from dsatrain.phantom import make_phantom, sample_settings

SEEDS_FROM = 850_000
"""Between the phantoms of validation and of the test set; none is ever trained on."""

COUNT = 16
SIZES = ((320, 352), (448, 416))
NATIVE_EVERY = 4
"""One phantom of so many is stored as native frames, and subtracted here."""


def regression_phantoms(
    count: int = COUNT, on_made: Callable[[int, int], None] = lambda _done, _count: None
) -> list[GateCase]:
    """Make the first phantoms of the frozen set, prepared as in use.

    Args:
        count: How many; all for a verdict that counts.
        on_made: Told how many of how many are made.
    """
    made = []
    for number in range(count):
        made.append(_phantom(number))
        on_made(len(made), count)
    return made


def digest_of(cases: Sequence[GateCase]) -> str:
    """SHA-256 of names and frames as prepared, its first 16 digits."""
    digest = hashlib.sha256()
    for case in cases:
        frames = case.prepared.frames
        digest.update(f"{case.run.name} {frames.shape}".encode() + frames.tobytes())
    return digest.hexdigest()[:16]


def _phantom(number: int) -> GateCase:
    native = number % NATIVE_EVERY == NATIVE_EVERY - 1
    size = SIZES[number % len(SIZES)]
    phantom = make_phantom(sample_settings(SEEDS_FROM + number, size=size, native=native))
    groups = {
        **phantom_groups(phantom.settings),
        "subtraction": "of native frames" if native else "as stored",
        "size": f"{size[0]} x {size[1]} px",
    }
    run = LabelledRun(phantom.run.name, prepare(phantom.run), phantom.labels, None, groups)
    return GateCase(run, patient_key=phantom.run.name, fit=1.0)
