"""The registry: list, import, export, activate, go back, remove."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from dsanet.errors import PackageError, WriteError
from dsanet.packages import DEFAULT_NAME, MANIFEST, WEIGHTS, Registry, find_package
from dsanet.packages.home import default_home


def damage(registry: Registry, name: str) -> None:
    path = registry.imported()[name] / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1] + b"\1")


def states(registry: Registry) -> dict[str, str]:
    return {
        entry.name: ("active " if entry.active else "") + entry.status
        for entry in registry.list_models()
    }


def test_without_a_folder_there_are_the_bundled_models(registry: Registry, home: Path) -> None:
    (entry,) = registry.list_models()
    assert (entry.name, entry.status, entry.active, entry.bundled) == (
        DEFAULT_NAME,
        "ready",
        True,
        True,
    )
    assert entry.activation is None
    assert registry.active().name == DEFAULT_NAME
    assert find_package(None, registry).name == DEFAULT_NAME
    assert not home.exists()


def test_an_imported_model_is_listed_found_and_not_active(
    registry: Registry, forge: Any, home: Path
) -> None:
    package = registry.import_package(forge.folder)
    assert package.folder == home / "models" / "tiny"
    assert states(registry) == {DEFAULT_NAME: "active ready", "tiny": "ready"}
    assert find_package("tiny", registry) == package
    assert find_package("tiny", registry).fingerprint == package.fingerprint
    assert sorted(p.name for p in home.rglob("*")) == sorted(["models", "tiny", *forge.contents()])


def test_activating_is_recorded_and_the_active_model_is_used(
    imported: Registry, home: Path
) -> None:
    imported.activate("one", override="better in my hands")
    assert imported.active().name == "one"
    assert find_package(None, imported).name == "one"
    entry = next(entry for entry in imported.list_models() if entry.active)
    assert entry.activation
    assert entry.activation.reason == "better in my hands"
    (record,) = (home / "activations").iterdir()
    said = json.loads(record.read_text())
    assert said["model"] == "one"
    assert said["fingerprint"] == imported.active().fingerprint
    assert said["time"].endswith("Z")
    assert set(said) >= {"user", "action", "format"}


def test_rolling_back_walks_all_the_way(imported: Registry) -> None:
    for name in ("one", "two", "one", "two"):
        imported.activate(name, override="tested")
    assert [imported.roll_back().package.name for _ in range(4)] == [
        "one",
        "two",
        "one",
        DEFAULT_NAME,
    ]
    with pytest.raises(PackageError, match="there is no earlier model to go back to"):
        imported.roll_back()
    assert imported.active().name == DEFAULT_NAME


def test_after_rolling_back_one_goes_on_from_there(imported: Registry) -> None:
    imported.activate("one", override="tested")
    imported.activate("two", override="tested")
    imported.roll_back()
    imported.activate(DEFAULT_NAME)
    assert imported.roll_back().package.name == "one"
    assert imported.roll_back().package.name == DEFAULT_NAME


def test_what_was_active_already_is_no_step(imported: Registry) -> None:
    imported.activate(DEFAULT_NAME)
    imported.activate("one", override="tested")
    imported.activate("one", override="once more")
    assert imported.roll_back().package.name == DEFAULT_NAME
    with pytest.raises(PackageError, match="no earlier model"):
        imported.roll_back()


def test_broken_missing_and_replaced_models_are_skipped_with_a_message(
    imported: Registry, forge: Any
) -> None:
    imported.import_package(forge.set_weight(0.25).rename("three").folder)
    for name in ("one", "two", "three", "one", "two"):
        imported.activate(name, override="tested")
    damage(imported, "one")
    imported.remove("three")
    came_to = imported.roll_back()
    assert came_to.package.name == "two"
    assert [text.partition(" ")[0] for text in came_to.skipped] == ["model", "there"]
    assert "model.safetensors is damaged" in came_to.skipped[0]
    assert "no model 'three'" in came_to.skipped[1]
    came_to = imported.roll_back()
    assert came_to.package.name == DEFAULT_NAME
    assert len(came_to.skipped) == 1


def test_another_package_of_the_same_name_is_not_the_active_one(
    imported: Registry, forge: Any
) -> None:
    imported.activate("one", override="tested")
    shutil.rmtree(imported.imported()["one"])
    imported.import_package(forge.set_weight(0.125).rename("one").folder)
    with pytest.raises(PackageError, match=r"one has been replaced since .*rollback"):
        imported.active()
    assert states(imported)["one"] == "active broken"
    imported.activate("one", override="tested")
    assert imported.active().name == "one"


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_a_broken_active_model_is_an_error_with_a_way_out(imported: Registry, how: str) -> None:
    imported.activate("two", override="tested")
    if how == "damaged":
        damage(imported, "two")
    else:
        shutil.rmtree(imported.imported()["two"])
    with pytest.raises(PackageError, match=r"the active model cannot be used: .*two.*rollback"):
        find_package(None, imported)
    assert states(imported) == {DEFAULT_NAME: "ready", "one": "ready", "two": "active broken"}
    assert imported.roll_back().package.name == DEFAULT_NAME
    assert find_package(None, imported).name == DEFAULT_NAME


@pytest.mark.parametrize("text", ["", "{}", "[" * 99, '{"format": 2}', '{"format": 1}', "\0" * 99])
def test_a_damaged_record_is_no_silent_change_of_model(
    imported: Registry, home: Path, text: str
) -> None:
    imported.activate("one", override="tested")
    imported.activate("two", override="tested")
    (home / "activations" / f"00000003-{'0' * 16}.json").write_text(text)
    with pytest.raises(PackageError, match="00000003-0.*activate another"):
        imported.active()
    assert states(imported) == {DEFAULT_NAME: "ready", "one": "ready", "two": "ready"}
    assert imported.roll_back().package.name == "two"
    imported.activate("one", override="tested")
    assert imported.active().name == "one"


def test_what_is_no_record_is_passed_over(imported: Registry, home: Path) -> None:
    imported.activate("one", override="tested")
    for name in (".DS_Store", "99999999.json", "notes.txt", ".dsanet-0-0-0.tmp"):
        (home / "activations" / name).write_text("{")
    assert imported.active().name == "one"


def test_broken_packages_are_listed_as_broken(imported: Registry, home: Path, forge: Any) -> None:
    damage(imported, "one")
    models = home / "models"
    (models / "empty").mkdir()
    (models / "no name").mkdir()
    shutil.copytree(models / "two", models / "copied")
    (models / "linked").symlink_to(models / "two")
    (models / "readme.txt").write_text("passed over")
    os.mkfifo(models / "pipe")
    shutil.copytree(models / "two", models / DEFAULT_NAME)
    problems = {entry.name: entry.problem for entry in imported.list_models() if not entry.bundled}
    assert "damaged" in problems.pop("one")
    assert problems.pop("two") == ""
    assert "model.json" in problems.pop("empty")
    assert "model.json" in problems.pop("no name")
    assert "it calls itself two" in problems.pop("copied")
    assert "it is a link" in problems.pop("linked")
    assert "not a directory" in problems.pop("pipe")
    assert "comes with dsanet" in problems.pop(DEFAULT_NAME)
    assert problems == {}
    assert imported.active().folder.parent != models
    imported.remove(DEFAULT_NAME)
    assert DEFAULT_NAME not in imported.imported()


def test_the_active_and_the_bundled_model_stay(imported: Registry) -> None:
    imported.activate("one", override="tested")
    with pytest.raises(PackageError, match="one is the active model and cannot be removed"):
        imported.remove("one")
    with pytest.raises(PackageError, match=f"{DEFAULT_NAME} comes with dsanet"):
        imported.remove(DEFAULT_NAME)
    with pytest.raises(PackageError, match=r"no imported model 'three' .*'one', 'two'"):
        imported.remove("three")
    imported.remove("two")
    imported.roll_back()
    imported.remove("one")
    assert states(imported) == {DEFAULT_NAME: "active ready"}


@pytest.mark.parametrize("name", ["../models", "..", ".", "", "/", "one/../two", "models/one"])
def test_names_are_no_paths(imported: Registry, name: str) -> None:
    for act in (imported.find, imported.activate, imported.remove):
        with pytest.raises(PackageError, match="there is no"):
            act(name)
    assert set(imported.imported()) == {"one", "two"}


def test_a_broken_model_is_not_activated_or_exported_but_removed(
    imported: Registry, tmp_path: Path
) -> None:
    damage(imported, "one")
    for act in (imported.activate, lambda name: imported.export_package(name, tmp_path / "x.zip")):
        with pytest.raises(PackageError, match="one: model.safetensors is damaged"):
            act("one")
    assert not (tmp_path / "x.zip").exists()
    assert imported.active().name == DEFAULT_NAME
    imported.remove("one")
    assert set(imported.imported()) == {"two"}


def test_a_name_is_taken_once_on_every_system(imported: Registry, forge: Any) -> None:
    for name in ("one", "ONE", "One"):
        forge.rename(name)
        with pytest.raises(PackageError, match=f"name is {name}, and another model one is there"):
            imported.import_package(forge.folder)
    for name in (DEFAULT_NAME, DEFAULT_NAME.upper()):
        forge.rename(name)
        with pytest.raises(PackageError, match=f"another model {DEFAULT_NAME} is there"):
            imported.import_package(forge.folder)


def test_the_same_package_is_taken_in_again_without_change(imported: Registry, forge: Any) -> None:
    before = imported.find("two").folder.stat().st_mtime_ns
    assert imported.import_package(forge.folder).name == "two"
    assert imported.find("two").folder.stat().st_mtime_ns == before


def test_export_and_import_give_the_same_package(
    registry: Registry, forge: Any, tmp_path: Path
) -> None:
    package = registry.import_package(forge.folder)
    registry.export_package("tiny", tmp_path / "a.zip")
    registry.export_package("tiny", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    other = Registry(tmp_path / "other")
    taken = other.import_package(tmp_path / "a.zip")
    assert taken.fingerprint == package.fingerprint
    for path in package.folder.iterdir():
        assert (taken.folder / path.name).read_bytes() == path.read_bytes()


def test_an_export_that_cannot_be_written_leaves_what_was_there(
    registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(WriteError, match="gone does not exist"):
        registry.export_package(DEFAULT_NAME, tmp_path / "gone" / "a.zip")
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(WriteError, match="not a plain file"):
        registry.export_package(DEFAULT_NAME, tmp_path / "folder.zip")


def test_a_folder_a_name_and_a_file_are_told_apart(
    imported: Registry, forge: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(forge.folder, tmp_path / "one")
    assert find_package("one", imported).name == "one"
    assert find_package("./one", imported).name == "two"
    registry_file = tmp_path / "a.zip"
    imported.export_package("one", registry_file)
    with pytest.raises(PackageError, match=r"a\.zip is a file; take it in with"):
        find_package("a.zip", imported)
    with pytest.raises(
        PackageError, match=r"no model package 'x': .*dsanet-phantom', 'one', 'two'"
    ):
        find_package("x", imported)


def test_a_reason_that_could_not_be_read_back_is_refused(imported: Registry) -> None:
    with pytest.raises(PackageError, match="has 1001 characters, expected at most 1000"):
        imported.activate("one", override="x" * 1001)
    imported.activate("one", override="\udcff\0\n" + "ä" * 997)
    assert imported.active().name == "one"


def test_a_folder_that_cannot_be_read_is_no_empty_registry(home: Path) -> None:
    home.mkdir()
    (home / "activations").write_text("")
    with pytest.raises(PackageError, match="the history of activations .* cannot be read"):
        Registry(home).active()
    (home / "activations").unlink()
    (home / "models").write_text("")
    assert Registry(home).active().name == DEFAULT_NAME
    with pytest.raises(PackageError, match="the folder of models .* cannot be read"):
        Registry(home).list_models()


def test_a_package_that_changes_after_its_check_is_not_used(forge: Any) -> None:
    package = find_package(forge.folder)
    (forge.folder / WEIGHTS).write_bytes(bytes(len(forge.get(WEIGHTS))))
    with pytest.raises(PackageError, match=r"model.safetensors is damaged: its SHA-256"):
        package.read(WEIGHTS)


def test_the_fingerprint_tells_any_two_packages_apart(imported: Registry, forge: Any) -> None:
    prints = {imported.find(name).fingerprint for name in ("one", "two")}
    forge.edit(lambda manifest: manifest.update(licence="other"))
    assert len(prints | {find_package(forge.folder).fingerprint}) == 3
    assert forge.manifest["files"].keys() == {WEIGHTS}
    assert (forge.folder / MANIFEST).exists()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"DSANET_HOME": "/a"}, "/a"),
        ("linux", {"HOME": "/h", "DSANET_HOME": ""}, "/h/.local/share/dsanet"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/dsanet"),
        ("linux", {"HOME": "/h", "XDG_DATA_HOME": "x"}, "/h/.local/share/dsanet"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support/dsanet"),
        ("win32", {"HOME": "/h", "LOCALAPPDATA": "/l"}, "/l/dsanet"),
        ("win32", {"HOME": "/h"}, "/h/AppData/Local/dsanet"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="the expected paths are those of POSIX")
def test_the_users_folder_is_where_the_system_keeps_data(
    platform: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DSANET_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert default_home() == Path(expected)


def test_a_relative_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSANET_HOME", "models")
    with pytest.raises(PackageError, match="DSANET_HOME is 'models', expected an absolute path"):
        Registry()
