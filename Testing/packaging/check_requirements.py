"""Whether `Resources/requirements.txt` installs into Slicer without changing Slicer's own packages.

`python Testing/packaging/check_requirements.py` asks pip what it would install, on each system,
with Slicer's packages pinned as that Slicer has them; nothing is installed. It needs a network, so
it is no part of the tests. It writes a line for each and exits with 1 where one does not install.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).resolve().parents[2] / "DSASegmentation/Resources/requirements.txt"
PYTHON = "3.12"
MACS = (14, 13, 12, 11)
PLATFORMS = {
    ("linux", "x86_64"): ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64"],
    ("win32", "AMD64"): ["win_amd64"],
    ("darwin", "arm64"): [f"macosx_{major}_0_arm64" for major in MACS],
    ("darwin", "x86_64"): [*(f"macosx_{major}_0_x86_64" for major in MACS), "macosx_10_15_x86_64"],
}
"""Tags of wheels by what markers call `sys_platform` and `platform_machine`."""
SLICERS = {
    "5.12": {
        "numpy": "2.4.6",
        "scipy": "1.17.1",
        "SimpleITK": "2.5.5",
        "pydicom": "3.0.2",
        "pillow": "12.2.0",
        "pyjpegls": "1.5.1",
    },
    "5.10": {"numpy": "2.0.2", "scipy": "1.13.1", "pydicom": "2.4.4"},
}
"""Versions that Slicer brings; SuperBuild/External_python-*.cmake of its repository says which."""


def wanted(system: tuple[str, str]) -> list[str]:
    """The list without what its markers rule out; pip would ask this computer instead."""
    names = dict(zip(("sys_platform", "platform_machine"), system, strict=True))
    lines = [line.split(" #")[0] for line in REQUIREMENTS.read_text().splitlines()]
    read = [Requirement(line) for line in lines if line.strip() and line[0] != "#"]
    kept = [each for each in read if each.marker is None or each.marker.evaluate(names)]
    return [f"{each.name}{each.specifier}" for each in kept]


def would_install(system: tuple[str, str], pins: dict[str, str]) -> dict[str, str] | str:
    """Names and versions that pip would install on a system, or why it would not."""
    with tempfile.TemporaryDirectory() as scratch:
        constraints = Path(scratch, "constraints.txt")
        constraints.write_text("\n".join(f"{name}=={pin}" for name, pin in pins.items()))
        answer = Path(scratch, "report.json")
        words = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-cache-dir"]
        words += ["--ignore-installed", "--only-binary=:all:", "--target", scratch]
        words += ["--python-version", PYTHON, "--implementation", "cp"]
        words += [word for name in PLATFORMS[system] for word in ("--platform", name)]
        words += ["--constraint", str(constraints), "--report", str(answer)]
        words += wanted(system)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            return next(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
        installed = json.loads(answer.read_text())["install"]
    return {item["metadata"]["name"]: item["metadata"]["version"] for item in installed}


def main() -> int:
    failures = 0
    for slicer, pins in SLICERS.items():
        for system in PLATFORMS:
            found = would_install(system, pins)
            place = f"Slicer {slicer}, {' '.join(system)}"
            if isinstance(found, str):
                failures += 1
                sys.stdout.write(f"{place}: {found}\n")
                continue
            known = {name.lower() for name in pins}
            added = {name: found[name] for name in sorted(found) if name.lower() not in known}
            new = [f"{name} {version}" for name, version in added.items()]
            sys.stdout.write(f"{place}: ok, adds {', '.join(new) or 'nothing'}\n")
    return int(failures > 0)


if __name__ == "__main__":
    raise SystemExit(main())
