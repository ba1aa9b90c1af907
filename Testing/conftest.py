"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest

collect_ignore_glob = ["benchmarks/nnunet_*child.py"]
"""They run in a Python of their own, with nnunetv2."""


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real angiograms: DSA_REAL_DATA, or shared/data/real beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"
    folder = Path(os.environ.get("DSA_REAL_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real angiograms in {folder}; set DSA_REAL_DATA")
    return folder


@pytest.fixture(scope="session", autouse=True)
def no_models_of_the_user(tmp_path_factory):
    """The active model of whoever runs the tests is none of theirs, also in child processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DSANET_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory):
    """A real model package with a very small, untrained network."""
    return make_package(tmp_path_factory.mktemp("packages") / "tiny", temporal="timestamps")


@pytest.fixture(scope="session")
def fixed8_package(tmp_path_factory):
    """The same for the network of eight fixed frames."""
    return make_package(tmp_path_factory.mktemp("packages") / "fixed8", temporal="fixed8")


def make_package(folder, temporal):
    import torch

    from dsanet.model import DSANetConfig
    from dsanet.model.dsanet import DSANet
    from dsanet.packages import load_package
    from dsatrain.packaging import write_package

    torch.manual_seed(0)
    config = DSANetConfig(width=2, layers=1, temporal=temporal)
    write_package(folder, folder.name, config, DSANet(config).state_dict(), {"training": "none"})
    return load_package(folder)
