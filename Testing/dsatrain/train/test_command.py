"""`dsatrain train` and `dsatrain package`, from arguments to a model that the engine runs."""

import os
import signal
from dataclasses import replace

import pytest

from dsanet.packages import load_package
from dsatrain import cli
from dsatrain.train import FAST, PAPER, reached
from dsatrain.train.command import config_of


def arguments(*given):
    return cli._parser().parse_args(["train", "--output", "out", *given])


def test_a_recipe_stands_unless_a_value_is_given():
    assert config_of(arguments(), None) == FAST
    assert config_of(arguments("--recipe", "paper"), None) == PAPER
    asked = ("--steps", "9", "--width", "4", "--heads", "2")
    changed = config_of(arguments("--recipe", "paper", *asked), None)
    assert (changed.steps, changed.network.width, changed.network.heads) == (9, 4, 2)
    assert changed.optimizer == "sgd"
    assert config_of(arguments("--steps", "80"), None).warmup == 8
    assert changed.network.temporal == "fixed8"


def test_warm_up_averaging_and_frames_can_be_asked_for():
    asked = ("--steps", "80", "--warmup", "20", "--ema-decay", "0.9", "--max-frames", "3")
    config = config_of(arguments(*asked), None)
    assert (config.warmup, config.ema_decay, config.max_frames) == (20, 0.9, 3)


def test_a_parent_gives_the_network(tiny_package):
    config = config_of(arguments("--width", "16", "--restart", "fusion"), tiny_package)
    assert config.network == tiny_package.config
    assert config.parent == tiny_package.weights_sha256
    assert config.restart == ("fusion",)


def test_a_parent_of_an_older_network_is_renewed(tiny_package):
    older = replace(tiny_package.config, norm="group", steady=False)
    parent = replace(tiny_package, config=older)
    assert config_of(arguments(), parent).network == older
    config = config_of(arguments("--renew"), parent)
    assert config.network == tiny_package.config
    assert config.restart == ("temporal_former", "time_code", "fusion")


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (["--crop-px", "31"], "crops have 31 px, expected at least 32"),
        (["--look-px", "63"], "look_px 63, expected a whole number from 64"),
        (["--most-noise", "1.5"], "most_noise is 1.5, expected 0 to 1.0"),
        (["--most-noise", "nan"], "most_noise is nan, expected 0 to 1.0"),
        (["--ema-decay", "1"], "ema_decay is 1.0, expected 0 to below 1"),
        (["--learning-rate", "nan"], "nvalid learning rate"),
        (["--from", "dsanet-phantom", "--restart", "nothing"], "has no part nothing; its parts"),
        (["--from", "no-such-model"], "no model package 'no-such-model'"),
        (["--data", "nowhere"], "nowhere is no data set"),
    ],
)
def test_wrong_settings_are_one_line_and_leave_nothing(tmp_path, capsys, wrong, line):
    options = ["--steps", "1", "--validation-runs", "0", "--device", "cpu", "--width", "2"]
    assert cli.main(["train", "--output", str(tmp_path / "out"), *options, *wrong]) == 2
    assert line in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    options = ["--width", "2", "--steps", "2", "--crop-px", "32", "--validation-runs", "0"]
    command = ["train", "--output", str(folder), "--device", "cpu", *options]
    assert cli.main(command) == 0
    return folder, command


def test_train_goes_on_where_it_stopped_and_refuses_other_settings(trained, capsys):
    folder, command = trained
    assert cli.main(command) == 0
    assert cli.main([*command, "--seed", "4"]) == 2
    assert "seed 1, now 4" in capsys.readouterr().err
    assert reached(folder).step == 2


def test_a_package_is_shown_pictures_of_the_size_that_it_was_trained_for(tmp_path):
    options = ["--width", "2", "--steps", "1", "--crop-px", "32", "--validation-runs", "0"]
    train = ["train", "--output", str(tmp_path / "it"), "--device", "cpu", *options]
    assert cli.main([*train, "--look-px", "96"]) == 0
    package = ["package", str(tmp_path / "it"), "--calibration-runs", "0", "--output"]
    assert cli.main([*package, str(tmp_path / "mine")]) == 0
    assert cli.main([*package, str(tmp_path / "other"), "--look-px", "128"]) == 0
    found = [load_package(tmp_path / name).look_px for name in ("mine", "other")]
    assert found == [96, 128]


def test_a_training_becomes_a_package(trained, tmp_path):
    folder, _ = trained
    command = ["package", str(folder), "--output", str(tmp_path / "mine")]
    command += ["--calibration-runs", "2", "--trunk-in-overview"]
    assert cli.main([*command, "1.5"]) == 2
    assert not (tmp_path / "mine").exists()
    assert cli.main([*command, "0.5", "--vessel-threshold", "0"]) == 2
    assert cli.main([*command, "0.5", "--look-px", "63"]) == 2
    asked = [*command, "0.5", "--vessel-threshold", "0.25", "--second-look", "0.75"]
    asked += ["--look-px", "640"]
    assert cli.main(asked) == 0
    package = load_package(tmp_path / "mine")
    assert package.trunk_in_overview == 0.5
    assert package.vessel_threshold == 0.25
    assert package.second_look == 0.75
    assert package.look_px == 640
    assert package.name == "mine"
    assert package.has_ir
    assert package.manifest["training"]["steps_done"] == 2
    assert len(package.temperatures) == 3
    assert package.temperatures != (1.0, 1.0, 1.0)
    assert package.manifest["calibration"]["runs"] == 2


def test_ctrl_c_leaves_a_checkpoint_to_go_on_from(tmp_path, capsys, monkeypatch):
    def interrupting(_steps, _shown):
        return lambda step, _loss: os.kill(os.getpid(), signal.SIGINT) if step == 1 else None

    options = ["--width", "2", "--steps", "3", "--crop-px", "32", "--validation-runs", "0"]
    command = ["train", "--output", str(tmp_path), "--device", "cpu", *options]
    with monkeypatch.context() as patch:
        patch.setattr("dsatrain.train.command._progress", interrupting)
        assert cli.main(command) == 130
    said = capsys.readouterr().err
    assert "stopped after step 1 of 3; the same command goes on" in said
    assert reached(tmp_path).step == 1
    assert cli.main(command) == 0
    assert reached(tmp_path).step == 3
