"""Case: one labelled run, as training and evaluation use it, and what may be said about it."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dsanet.errors import CaseError
from dsanet.io import Spacing
from dsanet.labels import BACKGROUND, CLASSES

STATUSES = ("not started", "in progress", "accepted", "set aside")
"""How far a reader is. Only accepted cases are trained on: what nobody looked at teaches a model
its own errors."""

SPLITS = ("train", "test")
"""A test case is never trained on; published data sets state which are."""

BV_AND_MAT = "BV and MAT"
VESSEL = "vessel"
LABEL_KINDS: dict[str, dict[str, int]] = {
    BV_AND_MAT: {"background": BACKGROUND, **{entry.name: entry.value for entry in CLASSES}},
    VESSEL: {"background": BACKGROUND, "vessel": 1},
}
"""Class names and values of each kind of label. `vessel` tells arteries from background and not BV
from MAT: it judges the whole vessel and cannot teach the classes."""

PROPOSAL_KEYS = ("model", "model_sha256", "engine", "backend", "device", "precision")
"""What of a prediction's provenance a case keeps: neither UIDs nor times, which point to people."""

KEY_DIGITS = 16
_ALIAS = re.compile(r"[A-Za-z0-9_-]{0,32}")
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
_KEY = re.compile(rf"[0-9a-f]{{{KEY_DIGITS}}}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class CaseFacts:
    """What is known about a case; an allow-list, so that nothing else can enter a data set.

    Attributes:
        source: Where it comes from in one word or two, such as `DSCA`.
        patient_key: 16 hex digits from `patient_key`; the same for all runs of a patient.
        pixel_sha256: Hash of the stored pixels of the run (`DSARun.pixel_hash`).
        label_kind: Of `LABEL_KINDS`.
        status: Of `STATUSES`.
        split: Of `SPLITS`.
        reader: Alias of who corrected or accepted the labels: letters, digits, - and _, no name.
        note: What a reader should look at, one sentence, or empty.
        proposal: The model that proposed the labels and how it ran, keys of `PROPOSAL_KEYS`.
        changed_pixels: How many pixels differ from that proposal; None where there was none, or
            nobody counted.
        spacing: Between pixels, None where no source states it.
        times_stated: Whether the times are seconds and not frame numbers.
        subtraction: How the frames were subtracted, in words.
        warnings: Of the preparation.
        equipment: Manufacturer and model, empty where not stated.

    Raises:
        CaseError: A value is not of its list or pattern.
    """

    source: str
    patient_key: str
    pixel_sha256: str
    label_kind: str = BV_AND_MAT
    status: str = "not started"
    split: str = "train"
    reader: str = ""
    note: str = ""
    proposal: dict[str, str] = field(default_factory=dict)
    changed_pixels: int | None = None
    spacing: Spacing | None = None
    times_stated: bool = False
    subtraction: str = "as stored"
    warnings: tuple[str, ...] = ()
    equipment: str = ""

    def __post_init__(self) -> None:
        """Check every value that has a list or a pattern."""
        for name, allowed in (
            ("label_kind", tuple(LABEL_KINDS)),
            ("status", STATUSES),
            ("split", SPLITS),
        ):
            if getattr(self, name) not in allowed:
                msg = f"{name} is {getattr(self, name)!r}, expected one of {', '.join(allowed)}"
                raise CaseError(msg)
        for name, pattern, expected in (
            ("source", _SOURCE, "up to 40 letters, digits, spaces, dots, - and _"),
            ("patient_key", _KEY, f"{KEY_DIGITS} hex digits; make it with patient_key()"),
            ("pixel_sha256", _SHA256, "64 hex digits"),
            ("reader", _ALIAS, "an alias of up to 32 letters, digits, - and _, not a name"),
        ):
            if not pattern.fullmatch(getattr(self, name)):
                msg = f"{name} is {getattr(self, name)!r}, expected {expected}"
                raise CaseError(msg)
        if self.changed_pixels is not None and self.changed_pixels < 0:
            msg = f"changed_pixels is {self.changed_pixels}, expected 0 or more"
            raise CaseError(msg)
        unknown = set(self.proposal) - set(PROPOSAL_KEYS)
        if unknown:
            msg = f"proposal holds {sorted(unknown)}, expected only {', '.join(PROPOSAL_KEYS)}"
            raise CaseError(msg)

    @property
    def is_unedited_prediction(self) -> bool:
        """Whether the labels are a model's, to the last pixel: they teach it what it knows."""
        return self.changed_pixels == 0


@dataclass(frozen=True, eq=False)
class Case:
    """A labelled run; its arrays are read-only.

    Attributes:
        frames: float32 (T, H, W), log-subtracted, vessels dark, as `PreparedRun.frames`.
        times: float64 (T,), seconds from the first frame.
        field: bool (H, W), the exposed pixels.
        arterial_window: First and last arterial frame, both included, from 0.
        labels: uint8 (H, W), values of `LABEL_KINDS[facts.label_kind]`.
        facts: What else is known.

    Raises:
        CaseError: The arrays contradict this description or each other.
    """

    frames: NDArray[np.float32]
    times: NDArray[np.float64]
    field: NDArray[np.bool_]
    arterial_window: tuple[int, int]
    labels: NDArray[np.uint8]
    facts: CaseFacts

    def __post_init__(self) -> None:
        """Check shapes, types and values."""
        self._check_shapes()
        self._check_values()
        for array in (self.frames, self.times, self.field, self.labels):
            array.setflags(write=False)

    def _check_shapes(self) -> None:
        shape = self.frames.shape
        if len(shape) != 3 or 0 in shape:
            msg = f"frames have shape {shape}, expected (T, H, W) with no empty axis"
            raise CaseError(msg)
        for name, dtype, expected in (
            ("frames", np.float32, shape),
            ("times", np.float64, shape[:1]),
            ("field", np.bool_, shape[1:]),
            ("labels", np.uint8, shape[1:]),
        ):
            array: NDArray[Any] = getattr(self, name)
            if array.shape != expected or array.dtype != dtype:
                msg = (
                    f"{name} are {array.dtype} {array.shape}, expected {np.dtype(dtype)} {expected}"
                )
                raise CaseError(msg)

    def _check_values(self) -> None:
        if not np.isfinite(self.frames).all():
            count = int(np.count_nonzero(~np.isfinite(self.frames)))
            msg = f"frames hold {count} values that are no finite numbers; export the run again"
            raise CaseError(msg)
        if self.times[0] != 0 or not np.all(np.diff(self.times) > 0) or self.times[-1] == np.inf:
            msg = f"times must rise from 0, got {self.times[:8].tolist()}"
            raise CaseError(msg)
        first, last = self.arterial_window
        if not 0 <= first <= last < len(self.times):
            msg = f"arterial window [{first}, {last}] lies outside {len(self.times)} frames"
            raise CaseError(msg)
        if not self.field.any():
            msg = "field is empty, expected at least one exposed pixel"
            raise CaseError(msg)
        check_label_values(self.labels, self.facts.label_kind)


def label_values(kind: str) -> tuple[int, ...]:
    """Give the values that labels of a kind may hold, background first.

    >>> label_values("vessel")
    (0, 1)
    """
    return tuple(LABEL_KINDS[kind].values())


def check_label_values(labels: NDArray[Any], kind: str) -> None:
    """Refuse labels with values that their kind does not have.

    Args:
        labels: Any shape, integers.
        kind: Of `LABEL_KINDS`.

    Raises:
        CaseError: There are others; the message names them.
    """
    others = sorted(set(np.unique(labels).tolist()) - set(label_values(kind)))
    if others:
        expected = ", ".join(f"{value} {name}" for name, value in LABEL_KINDS[kind].items())
        msg = f"labels hold the values {others[:8]}, expected only {expected}"
        raise CaseError(msg)


def patient_key(salt: bytes, identity: str) -> str:
    """Turn who a patient is into a key that groups runs and leads nowhere.

    Args:
        salt: Random bytes of the data set, at least 16; who has them can try out identities, so
            they stay out of what is given away.
        identity: Any text that is the same for all runs of the patient and for no other patient.

    Returns:
        16 hex digits of HMAC-SHA-256 (RFC 2104).

    Raises:
        CaseError: The salt is too short to hide anything.
    """
    if len(salt) < 16:
        msg = f"the salt has {len(salt)} bytes, expected at least 16 random ones"
        raise CaseError(msg)
    return hmac.new(salt, identity.encode("utf-8"), hashlib.sha256).hexdigest()[:KEY_DIGITS]


def case_name(facts: CaseFacts) -> str:
    """Name a case after its source and pixels, so that no file name enters a data set.

    >>> case_name(CaseFacts("nnU-Net", "0" * 16, "ab" * 32))
    'nnu-net-abababababab'
    """
    source = re.sub(r"[^a-z0-9]+", "-", facts.source.lower()).strip("-")
    return f"{source}-{facts.pixel_sha256[:12]}"
