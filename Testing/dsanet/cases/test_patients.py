"""Patient keys: one scheme for exports and imports, and older data sets keep theirs."""

import pytest

from dsanet.cases.holding import held_dataset
from dsanet.cases.patients import DATASET_FILE, OLD_SALT_FILE, dataset_salt, user_secret
from dsanet.errors import CaseError

OLD = bytes(range(32))


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / "set").mkdir()
    return tmp_path / "set"


def with_old_salt(dataset):
    (dataset / OLD_SALT_FILE).write_text(f"{OLD.hex()}\n")


def test_exports_and_imports_make_the_same_keys_and_write_no_salt_down(dataset, tmp_path):
    home = tmp_path / "home"
    salt = dataset_salt(dataset, home, importing=True)
    assert dataset_salt(dataset, home) == salt
    assert [path.name for path in dataset.iterdir()] == [DATASET_FILE]
    assert salt.hex() not in (dataset / DATASET_FILE).read_text()
    assert user_secret(home) != salt
    assert dataset_salt(dataset, tmp_path / "another user") != salt


def test_a_data_set_with_a_salt_in_it_goes_on_with_it(dataset, tmp_path):
    with_old_salt(dataset)
    for importing in (True, False):
        assert dataset_salt(dataset, tmp_path / "home", importing=importing) == OLD
    assert [path.name for path in dataset.iterdir()] == [OLD_SALT_FILE]


def test_where_both_were_used_each_goes_on_with_its_own(dataset, tmp_path):
    home = tmp_path / "home"
    exported = dataset_salt(dataset, home)
    with_old_salt(dataset)
    assert dataset_salt(dataset, home) == exported != OLD
    assert dataset_salt(dataset, home, importing=True) == OLD


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 31])
def test_a_damaged_old_salt_is_told_and_not_made_anew(dataset, tmp_path, content):
    (dataset / OLD_SALT_FILE).write_text(content)
    with pytest.raises(CaseError, match=rf"{OLD_SALT_FILE} .*put the original back"):
        dataset_salt(dataset, tmp_path / "home")
    assert (dataset / OLD_SALT_FILE).read_text() == content


@pytest.mark.parametrize("case", [None, "own-1"])
def test_the_number_stays_with_the_cases_that_were_written_before_a_failure(tmp_path, case):
    dataset = tmp_path / "new"

    def fail():
        with held_dataset(dataset):
            dataset_salt(dataset, tmp_path / "home")
            if case:
                (dataset / case).mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (dataset / DATASET_FILE).exists() == bool(case)
    assert dataset.exists() == bool(case)
