import numpy as np

from dsatrain.phantom import TRAINING_SHARES, sample_settings


def test_about_one_run_in_six_has_no_mat():
    without = sum(sample_settings(seed).vessels.mat_rule == "none" for seed in range(200))
    assert 22 <= without <= 46


def test_eca_runs_and_some_nameless_ones_have_no_mat():
    kinds = {
        settings.vessels.anatomy
        for settings in map(sample_settings, range(200))
        if settings.vessels.mat_rule == "none"
    }
    assert kinds == {"ECA", "random"}
    rules = {
        s.vessels.mat_rule for s in map(sample_settings, range(200)) if s.vessels.anatomy == "ECA"
    }
    assert rules == {"none"}


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


def test_about_a_third_of_the_runs_has_a_lesion_of_every_kind():
    lesions = [sample_settings(seed).vessels.lesion for seed in range(300)]
    kinds = [lesion.kind for lesion in lesions if lesion]
    assert 75 <= len(kinds) <= 125
    assert set(kinds) == {"stenosis", "occlusion", "aneurysm", "moyamoya"}


def test_lesions_are_as_large_as_published():
    for seed in range(300):
        lesion = sample_settings(seed).vessels.lesion
        if lesion and lesion.kind == "stenosis":
            assert 0.3 <= lesion.severity <= 0.95
            assert 3 <= lesion.length_mm <= 10
        if lesion and lesion.kind == "aneurysm":
            assert 2 <= lesion.sac_mm <= 10


def test_uneven_times_occur():
    steps = [np.diff(sample_settings(seed, None, 12).flow.times) for seed in range(100)]
    uneven = sum(step.max() > 1.01 * step.min() for step in steps)
    assert 8 <= uneven <= 40


def test_hearts_beat_60_to_90_times_a_minute():
    rates = [60 * sample_settings(seed).flow.heart_hz for seed in range(100)]
    assert 60 <= min(rates) < max(rates) <= 90


def test_native_runs_begin_with_frames_for_the_mask():
    for seed in range(30):
        settings = sample_settings(seed, None, 12, native=True)
        mask = settings.flow.times[settings.image.mask_frames - 1]
        assert settings.image.native
        assert settings.flow.injection_s >= mask or settings.image.mask_frames == 1


def test_trainings_draw_a_fifth_of_forking_trees_and_tests_none():
    drawn = [sample_settings(s, shares=TRAINING_SHARES).vessels.anatomy for s in range(200)]
    assert 25 <= drawn.count("forking") <= 55
    assert "forking" not in {sample_settings(s).vessels.anatomy for s in range(200)}
