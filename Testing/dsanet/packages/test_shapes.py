"""The list of weights is the network's, for every choice of architecture."""

import dataclasses

import pytest
import torch

from dsanet.model import DSANetConfig
from dsanet.model.dsanet import DSANet
from dsanet.packages import load_package
from dsanet.packages.shapes import expected_shapes, weight_bytes
from dsatrain.packaging import write_package

CHOICES = [
    DSANetConfig(width=2),
    DSANetConfig(width=1, heads=2, layers=1, mlp_ratio=3),
    DSANetConfig(width=3, heads=6, layers=3, temporal="fixed8"),
    DSANetConfig(width=4, layers=2, fusion_shared_qkv=True, fusion_attention="scalar"),
    DSANetConfig(
        width=2, layers=1, position_layers="all", norm_first=False, steady=False, norm="group"
    ),
    DSANetConfig(width=2, layers=1, fusion_concat="paper", link_bottleneck=True),
]


@pytest.mark.parametrize("config", CHOICES)
def test_names_and_shapes_are_those_of_the_network(config: DSANetConfig) -> None:
    with torch.device("meta"):
        weights = DSANet(config).state_dict()
    assert expected_shapes(config) == {name: tuple(w.shape) for name, w in weights.items()}
    assert weight_bytes(expected_shapes(config)) == 2 * sum(w.numel() for w in weights.values())


def test_every_setting_is_among_the_choices() -> None:
    default = DSANetConfig()
    for entry in dataclasses.fields(DSANetConfig):
        values = {getattr(config, entry.name) for config in CHOICES}
        assert values - {getattr(default, entry.name)}, entry.name


def test_a_network_of_all_other_choices_makes_a_package_that_is_taken(tmp_path) -> None:
    config = DSANetConfig(
        width=2,
        layers=1,
        heads=4,
        temporal="fixed8",
        position_layers="all",
        norm_first=False,
        steady=False,
        norm="group",
        fusion_attention="scalar",
        fusion_shared_qkv=True,
        fusion_concat="paper",
        link_bottleneck=True,
    )
    write_package(tmp_path / "other", "other", config, DSANet(config).state_dict(), {})
    assert load_package(tmp_path / "other").has_ir


def test_a_name_that_no_package_may_have_is_refused_before_it_is_written(tmp_path) -> None:
    from dsanet.errors import PackageError

    config = DSANetConfig(width=2, layers=1)
    weights = DSANet(config).state_dict()
    with pytest.raises(PackageError, match="the name is 'my model', expected 1 to 64 letters"):
        write_package(tmp_path / "my model", "my model", config, weights, {}, with_ir=False)
    assert list(tmp_path.iterdir()) == []
