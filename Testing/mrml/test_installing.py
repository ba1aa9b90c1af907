"""Installing what Slicer lacks: asked for once, pinned to what Slicer is built on, removable."""

import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer")

from dsanet.errors import PackageError
from dsanet.packages import Registry, bundled_folder
from DSASegmentationLib import installing
from DSASegmentationLib.installing import InstallError, ensuring, installer, requirements, stock

from .slicer_doubles import Slicer

LIST = "# a comment\n-r other.txt\n\nopenvino>=2025.2  # and why\npyjpegls>=1.3\n"


@pytest.fixture(params=[True, False], ids=["5.12", "5.10"])
def slicer_double(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Slicer:
    """Slicer with numpy and without what we need."""
    path = tmp_path / "requirements.txt"
    path.write_text(LIST, encoding="utf-8")
    monkeypatch.setattr(requirements.missing, "__defaults__", (path,))
    monkeypatch.setenv("DSANET_HOME", str(tmp_path / "home"))
    double = Slicer(monkeypatch, tmp_path / "packages", modern=request.param)
    double.add("numpy", "2.4.6")
    return double


def names(found: list[Any]) -> list[str]:
    return [each.name for each in found]


def test_the_list_that_comes_with_the_module_can_be_read() -> None:
    listed = requirements.required()
    assert "openvino" in names(listed)
    assert all(each.purpose != requirements.UNKNOWN[0] for each in listed)


def test_what_is_missing_is_told_with_purpose_and_size(slicer_double: Slicer) -> None:
    openvino, pyjpegls = installing.missing()
    assert openvino == installing.Requirement(
        "openvino", "runs the models on the processor", 59.2, "openvino>=2025.2"
    )
    assert pyjpegls.requirement == "pyjpegls>=1.3"
    slicer_double.add("openvino", "2024.6.0")
    slicer_double.add("pyjpegls", "1.5.1")
    assert names(installing.missing()) == ["openvino"]
    slicer_double.add("openvino", "2025.2.0")
    assert installing.missing() == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a>=1; python_version < '3'", []),
        ("a>=1; python_version > '3'", ["a"]),
        ("a>=1,<2", ["a"]),
    ],
)
def test_requirements_of_other_systems_are_left_out(text: str, found: list[str]) -> None:
    listed = requirements.ofTexts([text])
    assert names(listed) == found
    assert all(";" not in each.requirement for each in listed)


def test_a_damaged_list_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="cannot be read"):
        requirements.missing(tmp_path / "none.txt")
    (tmp_path / "bad.txt").write_text("open vino", encoding="utf-8")
    with pytest.raises(InstallError, match="'open vino' in .* is no requirement"):
        requirements.missing(tmp_path / "bad.txt")


def test_the_user_is_asked_once_and_then_all_is_there(slicer_double: Slicer) -> None:
    assert installing.ensure()
    (question,) = slicer_double.asked
    assert "- openvino: runs the models on the processor (about 59 MB)" in question
    assert "- pyjpegls: reads JPEG-LS compressed DICOM files (about 3 MB)" in question
    (told,) = slicer_double.told
    assert told == ["openvino>=2025.2", "pyjpegls>=1.3", "numpy==2.4.6", "--only-binary", ":all:"]
    assert installing.ensure()
    assert len(slicer_double.asked) == 1


def test_who_declines_gets_nothing(slicer_double: Slicer) -> None:
    slicer_double.answer = False
    assert not installing.ensure()
    assert slicer_double.told == []


def test_tests_of_slicer_change_nothing(slicer_double: Slicer) -> None:
    slicer_double.testing = True
    assert not installing.ensure()
    assert not installing.ensureTorch()
    assert (slicer_double.asked, slicer_double.told) == ([], [])


def test_a_failure_is_told_in_one_sentence_and_a_retry_works(slicer_double: Slicer) -> None:
    slicer_double.offline = True
    with pytest.raises(
        InstallError, match="look at the network and at the free disk space"
    ) as told:
        installing.ensure()
    assert "\n" not in str(told.value)
    slicer_double.offline = False
    assert installing.ensure()


def test_what_pip_does_not_bring_is_told_of(slicer_double: Slicer) -> None:
    slicer_double.versions["openvino"] = "2024.1"
    with pytest.raises(InstallError, match=r"openvino>=2025\.2 is missing still"):
        installing.install()


def test_a_package_that_was_replaced_needs_a_restart(slicer_double: Slicer) -> None:
    slicer_double.add("openvino", "2024.6.0")
    assert not installing.ensure()
    assert slicer_double.restarts == 1
    assert names(installing.installed()) == ["pyjpegls"]


def test_nothing_is_installed_off_the_main_thread(slicer_double: Slicer) -> None:
    raised: list[BaseException] = []

    def work() -> None:
        for step in (installing.install, lambda: ensuring.host.installExtension("PyTorch")):
            try:
                step()
            except InstallError as error:
                raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [str(error) for error in raised] == [
        "packages can be installed and removed in the main thread only"
    ] * 2
    assert (slicer_double.told, slicer_double.extensions) == ([], [])


def test_what_was_installed_can_be_seen_and_removed(slicer_double: Slicer) -> None:
    installing.ensure()
    found = installing.installed()
    assert names(found) == ["openvino", "pyjpegls"]
    assert found[0].version == "2026.4.1"
    assert found[0].size_mb == pytest.approx(1.0, abs=0.1)
    assert found[0].folder == slicer_double.folder
    installing.remove(found[:1])
    assert names(installing.installed()) == ["pyjpegls"]
    assert names(installing.missing()) == ["openvino"]
    slicer_double.drop("pyjpegls")
    assert installing.installed() == []


def test_what_was_there_before_is_not_ours_to_remove(slicer_double: Slicer) -> None:
    slicer_double.add("pyjpegls", "1.5.1")
    installing.ensure()
    assert names(installing.installed()) == ["openvino"]


def test_what_does_not_go_stays_on_the_list(
    slicer_double: Slicer, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing.ensure()
    monkeypatch.setattr(slicer_double, "drop", lambda _name: None)
    with pytest.raises(InstallError, match="openvino could not be removed"):
        installing.remove(installing.installed()[:1])
    assert names(installing.installed()) == ["openvino", "pyjpegls"]


def test_a_damaged_record_is_an_empty_one(slicer_double: Slicer) -> None:
    for text in ("{", "3", '[1, "numpy"]'):
        slicer_double.settings.setValue(stock.RECORD, text)
        assert set(names(installing.installed())) <= {"numpy"}


def test_models_are_listed_and_removed_with_the_packages(
    slicer_double: Slicer, tmp_path: Path
) -> None:
    folder = tmp_path / "home" / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * 2_000_000)
    (found,) = installing.installed()
    assert (found.kind, found.name, found.size_mb) == ("model", "mine", 2.0)
    installing.remove([found])
    assert not folder.exists()
    with pytest.raises(PackageError, match="no imported model 'mine'"):
        installing.remove([found])
    assert Registry().imported() == {}
    assert bundled_folder().is_dir()


def test_torch_comes_through_its_extension_and_goes_on_after_the_restart(
    slicer_double: Slicer,
) -> None:
    assert not installing.ensureTorch()
    (question, restart) = slicer_double.asked
    assert "first the extension PyTorch, then a restart" in question
    assert "restarted" in restart
    assert slicer_double.extensions == [("PyTorch", False)]
    assert slicer_double.restarts == 1
    assert slicer_double.told == []
    slicer_double.addPyTorchUtils()
    assert installing.resume()
    assert len(slicer_double.asked) == 2
    assert [told[0] for told in slicer_double.told] == [
        "safetensors>=0.5",
        f"torch{ensuring.TORCH_VERSIONS}",
    ]
    assert installing.ensureTorch()
    assert not installing.resume()


def test_with_the_extension_torch_comes_at_once(slicer_double: Slicer) -> None:
    slicer_double.addPyTorchUtils()
    assert installing.ensureTorch()
    assert slicer_double.told[-1] == [f"torch{ensuring.TORCH_VERSIONS}", "False"]
    assert slicer_double.restarts == 0


def test_an_extension_that_does_not_come_is_told_of_and_not_resumed(slicer_double: Slicer) -> None:
    slicer_double.server = False
    with pytest.raises(InstallError, match="extension PyTorch could not be installed"):
        installing.ensureTorch()
    assert slicer_double.settings.kept == {}
    assert slicer_double.restarts == 0


def test_torch_that_fails_is_told_of(
    slicer_double: Slicer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slicer_double.addPyTorchUtils()

    def fail(**_options: Any) -> None:
        raise ImportError("libcuda")

    monkeypatch.setattr(slicer_double, "installTorch", fail)
    with pytest.raises(InstallError, match=r"PyTorch could not be installed \(libcuda\)"):
        installing.ensureTorch()


def test_an_old_torch_is_not_enough(slicer_double: Slicer) -> None:
    slicer_double.add("torch", "2.9.1")
    slicer_double.add("safetensors", "0.8.0")
    slicer_double.answer = False
    assert not installing.ensureTorch()
    slicer_double.add("torch", "2.10.0+cu126")
    assert installing.ensureTorch()


def test_what_slicer_is_built_on_is_pinned_unless_it_is_asked_for(slicer_double: Slicer) -> None:
    wanted = requirements.ofTexts(["numpy>=2", "openvino>=2025.2"])
    assert installer._pins(wanted) == []
    assert installer._pins(wanted[1:]) == ["numpy==2.4.6"]
