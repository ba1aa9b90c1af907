"""Who a patient is, as a key that leads nowhere without the user's secret.

A data set carries a random number of its own in `dataset.json`, and the user's folder one secret,
`patients.secret`. The salt of a data set is made of both, so it differs between data sets: keys of
two data sets cannot be matched by whoever gets both. The salt is never written down. Were it in the
data set, as is usual, it would be given away with it, and who has it can try out all patient
numbers of a hospital in seconds. Without the secret a data set stays whole, but further runs of
its patients would get other keys: copy `patients.secret` to the new computer.

Data sets that `dsatrain import` made before it kept to this have their salt in them, as
`patients.salt`. It stays in force, so that a patient's further runs get the key of the earlier
ones: for imports always, for exports where the data set has no number yet.
"""

import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path

from dsanet import atomic, lock
from dsanet.errors import CaseError
from dsanet.io import DSARun
from dsanet.io.header import text
from dsanet.io.identity import read_identity
from dsanet.io.kinds import Kind
from dsanet.io.sources import RunSource
from dsanet.packages.home import default_home

DATASET_FILE = "dataset.json"
OLD_SALT_FILE = "patients.salt"
SECRET_FILE = "patients.secret"  # noqa: S105
SECRET_BYTES = 32
"""Of the secret and of an old salt."""

_ID = re.compile(r"[0-9a-f]{32}")


def dataset_salt(dataset: Path, home: Path | None = None, *, importing: bool = False) -> bytes:
    """Give the salt of a data set for `patient_key`; a new data set gets its number.

    Args:
        dataset: The data set's folder, which exists; one process at a time.
        home: The user's folder, `dsanet.packages.home.default_home()` if None.
        importing: For runs of a published data set, and not for a case that a reader exports.

    Returns:
        32 bytes, the same for the same user and data set.

    Raises:
        CaseError: The number, the secret or an old salt is damaged.
        WriteError: One of them cannot be written.
    """
    old = dataset / OLD_SALT_FILE
    if old.exists() and (importing or not (dataset / DATASET_FILE).exists()):
        return _read_secret(old)
    return hmac.new(user_secret(home), _dataset_id(dataset).encode(), hashlib.sha256).digest()


def user_secret(home: Path | None = None) -> bytes:
    """Give the user's secret, which is made when it is first needed.

    Args:
        home: The user's folder.

    Returns:
        32 bytes.

    Raises:
        CaseError: It is damaged.
        WriteError: It cannot be written.
    """
    folder = home or default_home()
    path = folder / SECRET_FILE
    held = f"another program is making {path}; try again"
    if not path.exists():
        with atomic.new_folder(folder), lock.locked(folder / ".patients.lock", held):
            if not path.exists():
                atomic.write_text(path, f"{secrets.token_hex(SECRET_BYTES)}\n")
    return _read_secret(path)


def identity(run: DSARun, patient: str = "") -> str:
    """Say which patient a run is of, for `patient_key` and for nothing else.

    Args:
        run: The run.
        patient: The patient's number as the hospital has it, from `patient_of`; empty where there
            is none. Then all runs of a study are of one patient, and without a study each run is.
    """
    study = run.facts.uids.get("StudyInstanceUID", "")
    if patient.strip():
        return f"patient {patient.strip()}"
    return f"study {study}" if study else f"pixels {run.pixel_hash}"


def patient_of(source: RunSource) -> str:
    """Read the patient's number, with who issued it, from a run's first DICOM file.

    Args:
        source: The run's files.

    Returns:
        It, or nothing where the file is no DICOM or states none. Use it for `identity` alone.

    Raises:
        ReadError: The file is damaged.

    Source: DICOM PS3.3 C.2.2, Patient ID (0010,0020), Issuer of Patient ID (0010,0021).
    """
    if source.kind is not Kind.DICOM:
        return ""
    header = read_identity(source.files[0], ("PatientID", "IssuerOfPatientID"))
    number, issuer = (text(header, key) for key in ("PatientID", "IssuerOfPatientID"))
    return f"{number} {issuer}".strip() if number else ""


def _read_secret(path: Path) -> bytes:
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read: {error}; put the original back, patient keys need it"
        raise CaseError(msg) from error
    if len(found) != SECRET_BYTES:
        msg = f"{path} holds {len(found)} bytes, expected {SECRET_BYTES}; put the original back"
        raise CaseError(msg)
    return found


def _dataset_id(dataset: Path) -> str:
    path = dataset / DATASET_FILE
    if not path.exists():
        number = secrets.token_hex(16)
        atomic.write_text(path, json.dumps({"format": 1, "id": number}) + "\n")
        return number
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} cannot be read: {error!r}; put the original back"
        raise CaseError(msg) from error
    if not isinstance(found, str) or not _ID.fullmatch(found):
        msg = f"{path} states the number {found!r}, expected 32 hex digits; put the original back"
        raise CaseError(msg)
    return found
