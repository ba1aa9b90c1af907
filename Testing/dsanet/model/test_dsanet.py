"""The network: any number of frames at their times, any size; padding never matters."""

import pytest
import torch

from dsanet.errors import PackageError
from dsanet.model import DSANetConfig
from dsanet.model.attention import CODE_SHARE, TemporalFormer
from dsanet.model.blocks import Norm, group_count
from dsanet.model.dsanet import DSANet, max_avg_pool


def network(**choices):
    torch.manual_seed(0)
    return DSANet(DSANetConfig(width=2, layers=1, **choices)).eval()


def run_of(count, height=32, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    frames = torch.randn(1, count, height, width, generator=generator)
    return frames, frames.amin(dim=1), torch.arange(float(count))[None]


@pytest.mark.parametrize("temporal", ["fixed8", "timestamps"])
@pytest.mark.parametrize("count", [1, 2, 8, 40])
def test_any_number_of_frames_is_scored(temporal, count):
    with torch.inference_mode():
        scores = network(temporal=temporal)(*run_of(count))
    assert scores[0].shape == (1, 3, 32, 64)
    assert scores[0].isfinite().all()


@pytest.mark.parametrize("size", [(1, 1), (17, 50), (33, 31), (64, 96)])
def test_any_height_and_width_is_scored_on_its_own_grid(size):
    with torch.inference_mode():
        scores = network()(*run_of(2, *size), levels=3)
    expected = [tuple(-(-n // 2**level) for n in size) for level in range(3)]
    assert [tuple(score.shape[-2:]) for score in scores] == expected


@pytest.mark.parametrize("temporal", ["fixed8", "timestamps"])
def test_padding_frames_change_nothing(temporal):
    frames, minip, times = run_of(3)
    padded = torch.cat((frames, torch.full((1, 4, 32, 64), 99.0)), dim=1)
    padded_times = torch.cat((times, torch.full((1, 4), 55.0)), dim=1)
    valid = torch.tensor([[True] * 3 + [False] * 4])
    net = network(temporal=temporal)
    with torch.inference_mode():
        alone = net(frames, minip, times)[0]
        together = net(padded, minip, padded_times, valid)[0]
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_a_run_in_a_batch_is_scored_as_it_is_alone():
    short, long = run_of(2, seed=1), run_of(5, seed=2)
    frames = torch.zeros(2, 5, 32, 64)
    times = torch.zeros(2, 5)
    valid = torch.zeros(2, 5, dtype=torch.bool)
    for row, (run_frames, _, run_times) in enumerate((short, long)):
        count = run_times.shape[1]
        frames[row, :count], times[row, :count] = run_frames[0], run_times[0]
        valid[row, :count] = True
    net = network()
    with torch.inference_mode():
        batch = net(frames, torch.cat((short[1], long[1])), times, valid)[0]
        alone = torch.cat((net(*short)[0], net(*long)[0]))
    torch.testing.assert_close(batch, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("temporal", ["fixed8", "timestamps"])
def test_the_order_of_frames_matters(temporal):
    frames, minip, times = run_of(4)
    net = network(temporal=temporal)
    with torch.inference_mode():
        difference = net(frames, minip, times)[0] - net(frames.flip(1), minip, times)[0]
    assert difference.abs().max() > 1e-4


def test_the_times_of_frames_matter_only_with_timestamps():
    frames, minip, times = run_of(4)
    stretched = times * 2
    changes = {}
    for temporal in ("timestamps", "fixed8"):
        net = network(temporal=temporal)
        with torch.inference_mode():
            change = net(frames, minip, times)[0] - net(frames, minip, stretched)[0]
        changes[temporal] = float(change.abs().max())
    assert changes["timestamps"] > 1e-4
    assert changes["fixed8"] < 1e-5


def test_a_common_offset_of_all_times_changes_nothing():
    frames, minip, times = run_of(4)
    net = network()
    with torch.inference_mode():
        torch.testing.assert_close(
            net(frames, minip, times + 7)[0], net(frames, minip, times)[0], rtol=1e-3, atol=1e-4
        )


def test_temporal_attention_mixes_frames_at_one_place_only():
    torch.manual_seed(0)
    layer = TemporalFormer(DSANetConfig(width=1, layers=1, heads=2)).layers[0]
    features = torch.randn(1, 3, 4, 5, 16).permute(0, 1, 4, 2, 3)
    places = features.flatten(3).transpose(2, 3)
    b, t, p, c = places.shape
    tokens = places.transpose(1, 2).reshape(b * p, t, c)
    changed = tokens.clone()
    changed[0] += 1
    difference = (layer.temporal(changed) - layer.temporal(tokens)).abs().sum(dim=(1, 2))
    assert difference[0] > 0
    assert torch.count_nonzero(difference[1:]) == 0


def test_a_steady_temporal_former_begins_as_features_plus_code():
    torch.manual_seed(0)
    former = TemporalFormer(DSANetConfig(width=1, heads=2))
    features, code = 50 + 7 * torch.randn(1, 3, 16, 2, 4), 90 * torch.randn(1, 3, 16)
    made = former(features, code, None)
    tokens, codes = (
        torch.nn.functional.layer_norm(x, (16,)) for x in (features.movedim(2, -1), code)
    )
    expected = tokens + CODE_SHARE * codes[:, :, None, None]
    expected = torch.nn.functional.layer_norm(expected, (16,)).movedim(-1, 2)
    torch.testing.assert_close(made, expected, rtol=1e-4, atol=1e-4)


def test_each_channel_is_normalised_by_itself_so_that_places_count():
    torch.manual_seed(0)
    image = torch.randn(2, 8, 6, 5) + 100 * torch.arange(8.0)[:, None, None]
    alone = Norm(group_count(8, "instance"), 8)(image)
    together = Norm(group_count(8, "group"), 8)(image)
    assert alone.std(dim=(2, 3)).min() > 0.9
    assert together.std(dim=(2, 3)).max() < 0.1


def test_an_image_of_one_pixel_is_normalised_in_training_too():
    assert Norm(4, 4).train()(torch.ones(1, 4, 1, 1)).shape == (1, 4, 1, 1)


def test_settings_of_older_packages_give_the_network_that_they_were_made_for():
    older = DSANetConfig().as_dict()
    del older["steady"], older["norm"]
    config = DSANetConfig.from_dict(older)
    assert (config.steady, config.norm) == (False, "group")
    assert DSANetConfig.from_dict(DSANetConfig().as_dict()) == DSANetConfig()


def test_max_avg_pool_adds_maximum_and_mean_of_valid_frames():
    features = torch.tensor([[1.0, 3.0, 100.0]])[..., None]
    valid = torch.tensor([[True, True, False]])
    assert max_avg_pool(features, valid).item() == 3 + 2
    assert max_avg_pool(features[:, :2], None).item() == 3 + 2


@pytest.mark.parametrize(
    "choices",
    [
        {"fusion_attention": "scalar"},
        {"fusion_shared_qkv": True},
        {"fusion_concat": "paper"},
        {"position_layers": "all", "layers": 2},
        {"link_bottleneck": True},
        {"norm_first": False},
        {"norm": "group"},
        {"steady": False},
    ],
)
def test_each_open_choice_gives_another_working_network(choices):
    choices = {"layers": 1, **choices}
    torch.manual_seed(0)
    changed = DSANet(DSANetConfig(width=2, **choices)).eval()
    torch.manual_seed(0)
    usual = DSANet(DSANetConfig(width=2, layers=choices["layers"])).eval()
    # A steady TemporalFormer begins as no change at all, so that no choice inside it would show.
    usual_weights = {k: v + 0.1 * torch.randn_like(v) for k, v in usual.state_dict().items()}
    usual.load_state_dict(usual_weights)
    changed.load_state_dict({key: usual_weights[key] for key in changed.state_dict()})
    with torch.inference_mode():
        difference = changed(*run_of(3))[0] - usual(*run_of(3))[0]
    assert difference.abs().max() > 1e-5


@pytest.mark.parametrize(("temporal", "millions"), [("fixed8", 45.91), ("timestamps", 46.18)])
def test_the_paper_s_width_gives_about_its_number_of_parameters(temporal, millions):
    with torch.device("meta"):
        net = DSANet(DSANetConfig(width=32, temporal=temporal))
    count = sum(parameter.numel() for parameter in net.parameters())
    assert count / 1e6 == pytest.approx(millions, abs=0.01)


def test_norm_groups_hold_at_least_four_channels():
    assert [group_count(c, "group") for c in (2, 4, 8, 12, 32, 256)] == [1, 1, 2, 3, 8, 8]
    assert [group_count(c, "instance") for c in (2, 32)] == [2, 32]


def test_a_config_survives_the_way_through_plain_values():
    config = DSANetConfig(width=8, temporal="fixed8", fusion_concat="paper")
    assert DSANetConfig.from_dict(config.as_dict()) == config


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"width": 0}, "width is 0"),
        ({"width": 8.0}, "width is 8.0"),
        ({"width": 10**9}, "width is 1000000000"),
        ({"temporal": "lstm"}, "temporal is 'lstm'"),
        ({"link_bottleneck": 1}, "link_bottleneck is 1"),
        ({"heads": 7}, "not divisible by 7"),
        ({"depth": 3}, "unknown network settings ['depth']"),
    ],
)
def test_wrong_settings_are_refused_by_name(values, found):
    with pytest.raises(PackageError) as refusal:
        DSANetConfig.from_dict(values)
    assert found in str(refusal.value)
