"""Case and CaseFacts: what they refuse, and the keys and names that hide who a patient is."""

import numpy as np
import pytest

from dsanet.cases import CaseFacts, case_name, make_case, patient_key, prepared_run
from dsanet.errors import CaseError
from dsanet.io import DSARun, RunFacts, Spacing
from dsanet.prepare import PrepareChoices, network_frames, prepare, with_window

SALT = b"0123456789abcdef"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": np.zeros((2, 3, 5))}, "frames are float64"),
        ({"frames": np.zeros((3, 5), np.float32)}, r"frames have shape \(3, 5\)"),
        ({"frames": np.full((2, 3, 5), np.nan, np.float32)}, "30 values that are no finite"),
        ({"frames": np.full((2, 3, 5), np.inf, np.float32)}, "30 values that are no finite"),
        ({"times": np.array([0.0, 0.0])}, "times must rise from 0"),
        ({"times": np.array([1.0, 2.0])}, "times must rise from 0"),
        ({"times": np.array([0.0, np.nan])}, "times must rise from 0"),
        ({"times": np.array([0.0, np.inf])}, "times must rise from 0"),
        ({"times": np.array([0.0])}, r"times are float64 \(1,\), expected float64 \(2,\)"),
        ({"field": np.zeros((3, 5), bool)}, "field is empty"),
        ({"arterial_window": (1, 2)}, r"arterial window \[1, 2\] lies outside 2 frames"),
        ({"arterial_window": (1, 0)}, "arterial window"),
        ({"labels": np.zeros((5, 3), np.uint8)}, r"labels are uint8 \(5, 3\), expected uint8"),
        ({"labels": np.full((3, 5), 3, np.uint8)}, r"values \[3\], expected only 0 background"),
        ({"labels": np.full((3, 5), 255, np.uint8)}, r"values \[255\]"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(make_case_of, change, message):
    with pytest.raises(CaseError, match=message):
        make_case_of(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "done"}, "status is 'done', expected one of not started"),
        ({"split": "validation"}, "split is 'validation'"),
        ({"label_kind": "artery"}, "label_kind is 'artery'"),
        ({"reader": "Dr. Jane Doe"}, "an alias of up to 32"),
        ({"source": "a\nb"}, "source is"),
        ({"patient_key": "Doe^Jane"}, r"make it with patient_key\(\)"),
        ({"pixel_sha256": "12"}, "64 hex digits"),
        ({"proposal": {"uids": "1.2.3"}}, r"proposal holds \['uids'\]"),
    ],
)
def test_facts_outside_the_allow_list_are_refused(make_facts, change, message):
    with pytest.raises(CaseError, match=message):
        make_facts(**change)


def test_labels_of_the_whole_vessel_hold_no_third_value(make_case_of, make_facts):
    facts = make_facts(label_kind="vessel")
    with pytest.raises(CaseError, match=r"values \[2\], expected only 0 background, 1 vessel"):
        make_case_of(facts=facts)
    labels = np.zeros((3, 5), np.uint8)
    labels[1, 1] = 1
    assert make_case_of(facts=facts, labels=labels).labels.sum() == 1


def test_a_cases_arrays_cannot_be_changed(make_case_of):
    case = make_case_of()
    with pytest.raises(ValueError, match="read-only"):
        case.labels[0, 0] = 0


def test_a_patient_key_groups_runs_and_depends_on_the_salt():
    key = patient_key(SALT, "DSCA:CXL")
    assert key == patient_key(SALT, "DSCA:CXL")
    assert len({key, patient_key(SALT, "DSCA:CXM"), patient_key(b"f" * 16, "DSCA:CXL")}) == 3
    assert key == "99e199eae3d56fc7"  # openssl dgst -sha256 -hmac 0123456789abcdef
    with pytest.raises(CaseError, match="2 bytes, expected at least 16"):
        patient_key(b"ab", "DSCA:CXL")


def test_a_case_is_named_after_source_and_pixels_alone(make_facts):
    assert case_name(make_facts()) == "dsca-abababababab"


def vessel_run():
    """(6, 40, 56) frames of 12 bits: a dark stroke from frame 1 on, a black shutter at the left."""
    pixels = np.random.default_rng(0).normal(2000, 8, (6, 40, 56))
    pixels[1:, 10:13, 12:50] -= 600
    pixels[3:, 13:30, 40:42] -= 400
    pixels[:, :, :8] = 0
    facts = RunFacts(
        bits_stored=12,
        times_stated=True,
        viewing_mode="SUB",
        uids={"StudyInstanceUID": "1.2.826.0.1.99"},
        equipment="Maker Model",
    )
    spacing = Spacing(0.3, 0.2, "detector", "ImagerPixelSpacing")
    times = np.array([0.0, 0.2, 0.5, 0.9, 1.0, 1.7])
    return DSARun(pixels.astype(np.uint16), times, spacing, facts, "Doe^Jane")


def test_a_run_through_a_case_gives_the_network_the_same_input():
    run = vessel_run()
    prepared = prepare(run, PrepareChoices(subtract="never", arterial_window=(1, 4)))
    assert not prepared.field[:, :8].any()
    labels = np.zeros((40, 56), np.uint8)
    labels[10:13, 12:50] = 2
    provenance = {"model": "m", "model_sha256": "cd", "time": "2020-01-02", "input": {"uids": "1"}}
    case = make_case(
        run, prepared, labels, CaseFacts("corrected", "0" * 16, run.pixel_hash), provenance
    )
    again = prepared_run(case)
    for first, second in (
        (prepared, again),
        (with_window(prepared, (2, 5)), with_window(again, (2, 5))),
    ):
        assert (first.center, first.scale) == (second.center, second.scale)
        assert first.arterial_window == second.arterial_window
        for one, other in zip(network_frames(first), network_frames(second), strict=True):
            assert np.array_equal(one, other)
        assert np.array_equal(first.normalise(first.minip), second.normalise(second.minip))


def test_a_case_keeps_no_name_uid_or_time_and_nothing_burned_into_the_shutter():
    run = vessel_run()
    prepared = prepare(run, PrepareChoices(subtract="never", arterial_window=(1, 4)))
    frames = prepared.frames.copy()
    frames[:, 3:6, 1:6] = 4095  # white letters on the shutter
    burned = prepared.__class__(**{**vars(prepared), "frames": frames})
    provenance = {"model": "m", "time": "2020-01-02T03:04:05Z", "input": {"uids": {"Study": "1"}}}
    facts = CaseFacts("corrected", "0" * 16, run.pixel_hash)
    case = make_case(run, burned, np.zeros((40, 56), np.uint8), facts, provenance)
    assert np.all(case.frames[:, :, :6] == np.float32(prepared.center))
    assert np.array_equal(case.frames[:, prepared.field], prepared.frames[:, prepared.field])
    assert case.facts.proposal == {"model": "m"}
    assert case.facts.equipment == "Maker Model"
    assert case.facts.spacing == run.spacing
    text = repr(case.facts)
    assert not any(secret in text for secret in ("Doe", "1.2.826", "2020", "uids"))
