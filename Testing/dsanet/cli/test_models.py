"""`dsanet models` and its changes, as a user types them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dsanet.cli import main
from dsanet.engine import Engine
from dsanet.packages import DEFAULT_NAME, WEIGHTS, ModelPackage, Registry

Dsanet = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DSANET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def models(home: Path, capsys: pytest.CaptureFixture[str]) -> Dsanet:
    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["models", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_model_is_imported_activated_and_gone_back_from(
    models: Dsanet, tiny_package: ModelPackage
) -> None:
    code, out, err = models("import", tiny_package.folder)
    assert (code, err) == (0, "")
    assert out == (
        "tiny is there: use --model tiny; dsatrain gate tiny tells whether it may be active\n"
    )
    assert models("activate", "tiny", "--override", "why not") == (0, "tiny is active now\n", "")
    assert (
        Engine.load(device="cpu").package.name == Engine.load("tiny", "cpu").package.name == "tiny"
    )
    lines = models()[1].splitlines()
    assert [line.split()[:2] for line in lines] == [[DEFAULT_NAME, "bundled"], ["tiny", "active"]]
    assert models("rollback") == (0, f"{DEFAULT_NAME} is active again\n", "")
    assert models("remove", "tiny") == (0, "removed tiny\n", "")
    assert len(models()[1].splitlines()) == 1


def test_the_list_as_json_says_who_activated_what_and_why(
    models: Dsanet, tiny_package: ModelPackage
) -> None:
    models("import", tiny_package.folder)
    models("activate", "tiny", "--override", "größer")
    code, out, err = models("--json")
    assert (code, err) == (0, "")
    first, second = json.loads(out)
    assert (first["name"], first["bundled"], first["active"]) == (DEFAULT_NAME, True, False)
    assert second["activated"]["reason"] == "größer"
    assert second["status"] == "ready"
    assert second["weights_sha256"] == tiny_package.weights_sha256
    assert second["manifest"]["name"] == "tiny"
    for said in (models("--json", "rollback"), models("rollback", "--json")):
        assert said[0] in (0, 2)
    again = models("activate", "tiny", "--override", "x", "--json")
    assert json.loads(again[1])[1]["active"] is True


def test_an_exported_zip_is_imported_elsewhere(
    models: Dsanet, home: Path, tmp_path: Path, tiny_package: ModelPackage
) -> None:
    models("import", tiny_package.folder)
    code, out, err = models("export", "tiny", "--output", tmp_path / "t.zip")
    assert (code, out, err) == (0, f"exported tiny to {tmp_path / 't.zip'}\n", "")
    shutil.rmtree(home)
    assert models("import", tmp_path / "t.zip")[0] == 0
    assert Registry(home).find("tiny").weights_sha256 == tiny_package.weights_sha256


def test_a_broken_active_model_is_listed_and_what_to_do_said(
    models: Dsanet, home: Path, tiny_package: ModelPackage
) -> None:
    models("import", tiny_package.folder)
    models("activate", "tiny", "--override", "tested")
    (home / "models" / "tiny" / WEIGHTS).write_bytes(b"")
    code, out, err = models()
    assert code == 0
    assert "active broken" in out.splitlines()[1]
    assert "model.safetensors is damaged" in out
    assert err.startswith("dsanet: the active model cannot be used: ")
    assert "dsanet models rollback" in err
    assert err.count("\n") == 1
    assert json.loads(models("--json")[1])[1]["status"] == "broken"


def test_skipped_models_are_said_when_going_back(
    models: Dsanet, home: Path, tiny_package: ModelPackage
) -> None:
    models("import", tiny_package.folder)
    models("activate", "tiny", "--override", "tested")
    models("activate", DEFAULT_NAME)
    shutil.rmtree(home / "models" / "tiny")
    code, out, err = models("rollback")
    assert (code, out) == (0, f"{DEFAULT_NAME} is active again\n")
    assert err == f"dsanet: skipped: there is no model 'tiny', only ['{DEFAULT_NAME}']\n"


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["import", "gone.zip"], "gone.zip: 'gone.zip' cannot be read: no such file"),
        (["export", "gone", "--output", "x.zip"], "there is no model 'gone'"),
        (["activate", "gone"], "there is no model 'gone'"),
        (["activate", "../models"], "there is no model '../models'"),
        (["activate", DEFAULT_NAME, "--reason", "x" * 1001], "the reason has 1001 characters"),
        (["remove", "gone"], "there is no imported model 'gone'"),
        (["remove", DEFAULT_NAME], "comes with dsanet and cannot be removed"),
        (["rollback"], "there is no earlier model to go back to"),
    ],
)
def test_an_error_is_one_line(arguments: list[str], found: str, models: Dsanet, home: Path) -> None:
    code, out, err = models(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert found in err
    assert not home.exists()


def test_a_relative_home_is_one_line(models: Dsanet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSANET_HOME", "here")
    code, _, err = models()
    assert code == 2
    assert err == "dsanet: DSANET_HOME is 'here', expected an absolute path\n"


@pytest.mark.parametrize("wrong", [["imports", "x"], ["import"], ["export", "a"], ["activate"]])
def test_a_wrong_change_is_one_line(
    wrong: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["models", *wrong])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
