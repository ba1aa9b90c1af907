"""CaseCrops: samples from a data set that batch with all others."""

import numpy as np
import pytest

from dsanet.cases import CaseEntry, list_cases
from dsanet.errors import CaseError
from dsatrain.augment import CropSettings
from dsatrain.batches import collate
from dsatrain.crops import CROPS_PER_RUN, POOL
from dsatrain.data.crops import CaseCrops, training_cases
from dsatrain.data.dsca import find_runs
from dsatrain.data.importing import import_runs


@pytest.fixture
def dataset(dsca, tmp_path):
    list(import_runs(find_runs(dsca), tmp_path / "set"))
    return tmp_path / "set"


def test_only_whole_accepted_training_cases_are_taken_and_the_others_named(dataset):
    entries = list_cases(dataset)
    trained = [entry for entry in entries if entry.record.facts.split == "train"]
    (trained[0].folder / "labels.nrrd").unlink()
    chosen, others = training_cases(dataset)
    assert [entry.name for entry in chosen] == [trained[1].name]
    reasons = dict(others)
    assert "labels.nrrd is missing" in reasons[trained[0].name]
    assert "it is a test case" in reasons.values()


def test_an_item_depends_on_seed_lane_and_index_alone(dataset):
    cases, _ = training_cases(dataset)
    straight = CaseCrops(cases, seed=5, settings=CropSettings(32, 3))
    for index in range(12):
        last = straight.item(index)
    jumped = CaseCrops(cases[::-1], seed=5, settings=CropSettings(32, 3)).item(11)
    other = CaseCrops(cases, seed=5, settings=CropSettings(32, 3), lane=1).item(11)
    for name in ("frames", "times", "minip", "labels"):
        assert np.array_equal(getattr(last, name), getattr(jumped, name))
    assert last.name == jumped.name
    assert not np.array_equal(last.minip, other.minip)


def test_samples_make_a_batch_and_show_dark_vessels(dataset):
    cases, _ = training_cases(dataset)
    crops = CaseCrops(cases, seed=1, settings=CropSettings(48, 4))
    samples = [crops.item(index) for index in range(12)]
    batch = collate(samples)
    assert batch.minip.shape == batch.labels.shape == (12, 48, 48)
    assert batch.frames.shape[:2] == batch.valid.shape
    assert set(batch.labels.unique().tolist()) == {0, 1, 2}
    vessels = batch.labels > 0
    assert batch.minip[vessels].mean() < batch.minip[~vessels].mean() - 0.4
    assert set(batch.names) == {entry.name for entry in cases}


def test_a_data_set_larger_than_the_pool_is_gone_through_once_a_round(dataset):
    cases, _ = training_cases(dataset)
    folders = [entry.folder for entry in cases]
    many = [CaseEntry(f"{n:03d}", folders[n % 2], None) for n in range(3 * POOL)]
    crops = CaseCrops(many, seed=2, settings=CropSettings(16, 1))
    first = [crops.item(CROPS_PER_RUN * place).name for place in range(len(many))]
    assert sorted(first) == [entry.name for entry in many]
    assert first != sorted(first)
    assert len(crops._cache) <= POOL + 1


def test_no_case_is_no_source(dataset):
    with pytest.raises(CaseError, match="no case can be trained on"):
        CaseCrops([], seed=1, settings=CropSettings(16, 1))


def test_a_case_that_was_damaged_since_is_named(dataset):
    cases, _ = training_cases(dataset)
    for entry in cases:
        path = entry.folder / "frames.nrrd"
        data = bytearray(path.read_bytes())
        data[-9] ^= 1
        path.write_bytes(bytes(data))
    with pytest.raises(
        CaseError, match=f"({cases[0].name}|{cases[1].name}) is broken: frames.nrrd"
    ):
        CaseCrops(cases, seed=1, settings=CropSettings(16, 1)).item(0)
