"""No two runs in one place, whatever the file system takes for the same name."""

from pathlib import Path

import pytest

from dsanet.batch.find import Entry
from dsanet.batch.places import places
from dsanet.io import RunSource
from dsanet.io.kinds import Kind


def stems(*paths: str, folders: tuple[str, ...] = ()) -> list[str]:
    source = RunSource("", Kind.DICOM, ())
    entries = [Entry(Path(path), source, path in folders) for path in paths]
    found = places(entries, Path("/data/study.1"), Path("out"))
    return [(place.folder / place.stem).relative_to("out").as_posix() for place in found]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a/x.dcm", "b/x.dcm", "x.dcm"], ["a/x", "b/x", "x"]),
        (["a.dcm", "a.nii.gz", "b.nii"], ["a.dcm", "a.nii.gz", "b"]),
        (["a", "a.dcm"], ["a", "a.dcm"]),
        (["x/1.2.840", "x/1.2.841"], ["x/1.2.840", "x/1.2.841"]),
    ],
)
def test_results_are_named_after_the_runs(paths: list[str], expected: list[str]) -> None:
    assert stems(*paths) == expected


def test_a_folder_keeps_its_whole_name() -> None:
    assert stems("p/case.png", ".", folders=("p/case.png", ".")) == ["p/case.png", "study.1"]


@pytest.mark.parametrize(
    "pair",
    [
        ("IM1", "im1"),
        ("A/x.dcm", "a/x.dcm"),
        ("gro\u0308\u00dfe", "gr\u00f6\u00dfe"),
        ("stra\u00dfe.dcm", "strasse.dcm"),
    ],
)
def test_names_that_some_system_takes_for_the_same_get_a_hash(pair: tuple[str, str]) -> None:
    found = stems(*pair, "other")
    assert found[2] == "other"
    assert [name.split("~")[0] for name in found[:2]] == list(pair)
    assert len({name.split("~")[1] for name in found[:2]}) == 2
    assert stems(pair[1], "other", pair[0])[::2] == found[1::-1]


def test_a_place_never_depends_on_runs_elsewhere() -> None:
    assert stems("q/a.dcm", "q/a.nii")[0] == stems("p/z", "q/a.dcm", "q/a.nii", "r")[1]
