import numpy as np

from dsatrain.phantom import sample_settings


def test_about_one_run_in_six_has_no_mat():
    without = sum(sample_settings(seed).vessels.mat_rule == "none" for seed in range(200))
    assert 22 <= without <= 46


def test_only_eca_and_random_runs_have_no_mat():
    kinds = {
        settings.vessels.anatomy
        for settings in map(sample_settings, range(200))
        if settings.vessels.mat_rule == "none"
    }
    assert kinds == {"ECA", "random"}


def test_size_and_frame_count_are_taken_when_given():
    settings = sample_settings(11, (100, 140), 9)
    assert settings.view.size == (100, 140)
    assert len(settings.flow.times) == 9


def test_drawn_values_lie_in_their_ranges():
    for settings in map(sample_settings, range(200)):
        times = np.array(settings.flow.times)
        assert 1 <= len(times) <= 40
        assert times[0] == 0
        assert np.all(np.diff(times) > 0)
        assert all(384 <= side <= 768 for side in settings.view.size)
        assert 0.15 <= settings.view.pixel_mm <= 0.45


def test_frame_rates_lie_between_a_half_and_seven_and_a_half_a_second():
    for settings in map(sample_settings, range(200)):
        if len(settings.flow.times) > 1:
            steps = np.diff(settings.flow.times)
            assert steps.min() >= 1 / 7.51
            assert steps.max() <= 2.0


def test_arterial_only_runs_occur():
    early = [sample_settings(seed).flow.injection_s < 0 for seed in range(200)]
    assert 10 <= sum(early) <= 60
