"""How long reading a run takes, against decoding its bare frames: `make bench`.

Both are timed in turn in one process, so that a busy machine slows both.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import dcmread, uid
from pydicom.encaps import encapsulate, generate_frames

from dsanet.io import DSARun, read_run
from dsatrain.phantom import make_phantom, sample_settings
from dsatrain.phantom.dicom_file import write_xa_dicom

FRAMES, SIDE = 96, 512
REPEATS = 9
ALLOWED = 1.5
"""Reading may take this many times as long as decoding."""

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
REAL_RUN = Path(os.environ.get("DSA_REAL_DATA", BESIDE)) / "dicom" / "0002.DCM"


def main() -> int:
    """Time a phantom and, where it is at hand, a real run; write a table.

    Returns:
        The exit code, 1 where a ratio is above `ALLOWED`.
    """
    with tempfile.TemporaryDirectory() as folder:
        runs = [write_phantom_run(Path(folder) / "phantom.dcm")]
        runs += [REAL_RUN] if REAL_RUN.is_file() else []
        found = [(path.name, *medians(path)) for path in runs]
    lines = [
        f"Medians of {REPEATS} readings of {FRAMES} frames; a ratio of {ALLOWED} is allowed.",
        "",
        "| run | bare decoding | read_run | ratio |",
        "| --- | --- | --- | --- |",
        *(f"| {name} | {a:.3f} s | {b:.3f} s | {b / a:.2f} |" for name, a, b in found),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any(b > ALLOWED * a for _, a, b in found))


def write_phantom_run(path: Path) -> Path:
    """Write a phantom as 96 JPEG baseline frames of 512 x 512; a shorter one is repeated."""
    made = make_phantom(sample_settings(seed=1, size=(SIDE, SIDE))).run
    grey = (made.pixels >> (made.facts.bits_stored - 8)).astype(np.uint8)
    pixels = grey[np.arange(FRAMES) % len(grey)]
    facts = replace(made.facts, bits_stored=8)
    write_xa_dicom(DSARun(pixels, np.arange(FRAMES) / 30, made.spacing, facts, "phantom"), path)
    dataset = dcmread(path)
    dataset.PixelData = encapsulate([encode(frame) for frame in pixels])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = uid.JPEGBaseline8Bit
    dataset.save_as(path)
    return path


def encode(frame: np.ndarray) -> bytes:
    """Encode a frame as JPEG baseline."""
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def medians(path: Path) -> tuple[float, float]:
    """Time bare decoding and reading of one run, in seconds."""
    frames = compressed_frames(path)
    bare, reading = [], []
    for _ in range(REPEATS):
        bare.append(seconds(lambda: decode(frames)))
        reading.append(seconds(lambda: read_run(path)))
    return statistics.median(bare), statistics.median(reading)


def compressed_frames(path: Path) -> list[bytes]:
    """Take the compressed frames out of a DICOM file."""
    dataset = dcmread(path)
    return list(generate_frames(dataset.PixelData, number_of_frames=dataset.NumberOfFrames))


def decode(frames: list[bytes]) -> list[np.ndarray]:
    """Decode frames with Pillow and nothing else."""
    return [np.asarray(Image.open(io.BytesIO(frame))) for frame in frames]


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
