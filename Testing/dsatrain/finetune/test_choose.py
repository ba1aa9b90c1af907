"""Which cases teach, and why others do not."""

from dataclasses import replace

import numpy as np
import pytest

from dsanet.cases import list_cases, prepared_run
from dsanet.engine import Engine
from dsanet.errors import CaseError
from dsatrain.finetune import choose, make_plan
from dsatrain.finetune.learned import as_learned, learned_by, to_manifest


def with_facts(**facts):
    return lambda case: replace(case, facts=replace(case.facts, **facts))


def with_labels(make):
    return lambda case: replace(case, labels=np.ascontiguousarray(make(case.labels)))


def names(entries):
    return [entry.name for entry in entries]


REASONS = {
    "in progress": (with_facts(status="in progress"), "its status is in progress, not accepted"),
    "set aside": (with_facts(status="set aside"), "its status is set aside, not accepted"),
    "test": (with_facts(split="test"), "it is a test case"),
    "vessel": (
        lambda case: replace(
            case,
            labels=(case.labels > 0).astype(np.uint8),
            facts=replace(case.facts, label_kind="vessel"),
        ),
        "cannot teach BV and MAT",
    ),
    "empty": (with_labels(np.zeros_like), "without a single labelled pixel"),
    "turned": (with_labels(lambda labels: labels[::-1, ::-1]), "labels do not fit as stored"),
    "unedited": (with_facts(changed_pixels=0), "a model's prediction that nobody changed"),
}


@pytest.mark.parametrize("kind", REASONS)
def test_what_teaches_nothing_is_left_out_with_its_reason(dataset, tiny_package, kind):
    change, reason = REASONS[kind]
    chosen = choose(dataset(3, case1=change), tiny_package, "cpu")
    assert names(chosen.new) == ["case-0", "case-2"]
    ((name, said),) = chosen.excluded
    assert (name, reason in said) == ("case-1", True), said


def test_a_damaged_case_is_left_out_before_it_could_stop_a_training(dataset, tiny_package):
    folder = dataset(3)
    path = folder / "case-1" / "frames.nrrd"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    chosen = choose(folder, tiny_package, "cpu")
    assert names(chosen.new) == ["case-0", "case-2"]
    assert "frames.nrrd is damaged" in chosen.excluded[0][1]


def test_what_the_parent_proposed_and_nobody_changed_is_left_out(dataset, tiny_package):
    """Where the changed pixels were not counted, the parent is asked again."""
    answer = {"model_sha256": tiny_package.weights_sha256}
    engine = Engine.load(tiny_package, "cpu")

    def as_proposed(case):
        labels = np.array(engine.segment_prepared(prepared_run(case), {}).labels)
        labels[0, 0] = 1
        facts = replace(case.facts, proposal=answer)
        return replace(case, labels=labels, facts=facts)

    kept = with_facts(proposal=answer)
    other = with_facts(proposal={"model_sha256": "0" * 64})
    chosen = choose(dataset(3, case0=as_proposed, case1=kept, case2=other), tiny_package, "cpu")
    assert names(chosen.new) == ["case-1", "case-2"]
    assert chosen.excluded[0][0] == "case-0"


def test_what_the_parent_has_learned_is_older_until_it_is_corrected_again(dataset, tiny_package):
    folder = dataset(3)
    learned = to_manifest(map(as_learned, list_cases(folder)[:2]))
    parent = replace(tiny_package, manifest={**tiny_package.manifest, "learned": learned})
    chosen = choose(folder, parent, "cpu")
    assert (names(chosen.new), names(chosen.older)) == (["case-2"], ["case-0", "case-1"])
    dataset(3, case1=with_labels(lambda labels: np.where(labels == 2, 1, labels)))
    chosen = choose(folder, parent, "cpu")
    assert (names(chosen.new), names(chosen.older)) == (["case-1", "case-2"], ["case-0"])
    plan = make_plan(parent, chosen)
    learned = {entry["case"]: entry for entry in plan.facts()["learned"]}
    assert learned.keys() == {"case-0", "case-1", "case-2"}


def test_nothing_new_is_an_error_that_says_why(dataset, tiny_package):
    folder = dataset(1, case0=with_facts(status="in progress"))
    chosen = choose(folder, tiny_package, "cpu")
    with pytest.raises(CaseError, match=r"no new case .*case-0: its status is in progress"):
        make_plan(tiny_package, chosen)
    folder = dataset(1)
    learned = to_manifest(map(as_learned, list_cases(folder)))
    parent = replace(tiny_package, manifest={**tiny_package.manifest, "learned": learned})
    with pytest.raises(CaseError, match="1 cases are known to tiny already"):
        make_plan(parent, choose(folder, parent, "cpu"))


@pytest.mark.parametrize("stated", [None, 7, "x", [7], [{}], [{"case": "a"}]])
def test_a_manifest_that_states_nothing_readable_has_learned_nothing(tiny_package, stated):
    manifest = {**tiny_package.manifest, "learned": stated}
    assert learned_by(replace(tiny_package, manifest=manifest)) == ()
