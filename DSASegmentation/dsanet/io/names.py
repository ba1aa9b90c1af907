"""File names: their natural order, and the name of the run that they hold."""

import re
from pathlib import Path

EXTENSIONS = re.compile(
    r"\.(dcm|dicom|ima|png|jpe?g|tiff?|nii(\.gz)?|nrrd|seq\.nrrd|mha)$", re.IGNORECASE
)


def natural_key(name: str) -> list[tuple[int, str]]:
    """Sort key under which numbers in names count as numbers.

    >>> sorted(["frame10.png", "frame2.png"], key=natural_key)
    ['frame2.png', 'frame10.png']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", name.casefold())
    return [(int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts]


def run_name(path: Path) -> str:
    """Name a run after its file or folder, without a known extension.

    >>> run_name(Path("run 2.seq.nrrd")), run_name(Path("1.2.840.7"))
    ('run 2', '1.2.840.7')
    """
    if path.name in ("", ".."):
        path = path.resolve()
    return EXTENSIONS.sub("", path.name) or path.name or "run"
