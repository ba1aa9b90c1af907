"""Runs in an interpreter that sees the installed tree, not the repository: `installed.py TREE`.

Imports the engine without torch and the phantoms, segments the sample run that comes with the
package, and writes the exit code, how many files that gave, and which modules came from elsewhere.
"""

import importlib
import pkgutil
import sys
import tempfile
from pathlib import Path

HEAVY = ("dsanet.model", "dsanet.engine.torch_backend")
"""Need torch, which takes long and is optional."""

HOST = ("runs", "segments", "loading", "terminology", "sampledata", "dicomplugin.load")
OURS = ("dsanet", "dsatrain", "DSASegmentationLib")


def see_only(tree: Path) -> None:
    """Take the repository, also as an editable installation, off Python's paths."""
    repository = Path(__file__).resolve().parents[2]
    sys.meta_path = [
        each for each in sys.meta_path if "ditable" not in getattr(each, "__name__", "")
    ]
    others = [path for path in sys.path if path and not _inside(Path(path), repository)]
    sys.path[:] = [str(tree), *others]
    sys.modules["torch"] = None  # type: ignore[assignment]


def _inside(path: Path, repository: Path) -> bool:
    return path.is_relative_to(repository) and "site-packages" not in path.parts


def import_all(name: str) -> None:
    package = importlib.import_module(name)
    for found in pkgutil.walk_packages(package.__path__, f"{name}."):
        if not found.name.endswith("__main__") and not found.name.startswith(HEAVY):
            importlib.import_module(found.name)


def segment_sample(tree: Path) -> tuple[int, int]:
    from dsanet.cli import main as dsanet

    with tempfile.TemporaryDirectory() as output:
        sample = tree / "Resources" / "SampleData" / "DSASample.dcm"
        code = dsanet(["segment", str(sample), "--output", output, "--quiet"])
        return code, len(list(Path(output).iterdir()))


def foreign(tree: Path) -> list[str]:
    files = [
        Path(module.__file__)
        for name, module in sys.modules.items()
        if name.split(".")[0] in OURS and module.__file__
    ]
    return [str(file) for file in files if tree not in file.parents]


def main() -> None:
    tree = Path(sys.argv[1]).resolve()
    see_only(tree)
    for package in ("dsanet", "dsatrain.phantom"):
        import_all(package)
    for part in HOST:
        importlib.import_module(f"DSASegmentationLib.{part}")
    code, files = segment_sample(tree)
    sys.stdout.write(f"{code} {files} {foreign(tree)}\n")


if __name__ == "__main__":
    main()
