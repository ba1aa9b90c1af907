"""The plan: what is drawn, held out, replayed, and how it is said."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from dsanet.cases import CaseEntry
from dsanet.errors import PackageError
from dsatrain.augment import CropSettings
from dsatrain.finetune import choose, make_plan
from dsatrain.finetune.balance import balanced
from dsatrain.finetune.mixture import Alternating, Replayed
from dsatrain.finetune.pace import Pace
from dsatrain.finetune.recipe import FROZEN, recipe
from dsatrain.sample import Sample
from dsatrain.train import Trainer


class Counted:
    def __init__(self, name):
        self.name = name

    def item(self, index):
        return Sample(None, None, None, None, f"{self.name}{index}")


@pytest.fixture
def plan(dataset, tiny_package):
    chosen = choose(dataset(), tiny_package, "cpu")
    return lambda **changes: make_plan(tiny_package, chosen, **changes)


def test_half_of_all_samples_are_replay_and_are_marked():
    mixed = Alternating([Counted("new"), Replayed(Alternating([Counted("p"), Counted("old")]))])
    samples = [mixed.item(index) for index in range(8)]
    assert [sample.name for sample in samples] == [
        *("new0", "p0", "new1", "old0", "new2", "p1", "new3", "old1")
    ]
    assert [sample.replayed for sample in samples] == [False, True] * 4


def test_a_fifth_of_the_patients_is_held_out(dataset, tiny_package):
    chosen = replace(choose(dataset(), tiny_package, "cpu"), trunkless=frozenset())
    made = make_plan(tiny_package, chosen)
    assert len(made.validated) == 2
    assert len(made.trained) == 4
    assert not {entry.name for entry in made.trained} & {entry.name for entry in made.validated}
    assert made.config.select_every
    assert "2 of other patients choose the best weights" in made.lines()[1]


def test_too_few_patients_hold_out_none_and_keep_the_last_weights(dataset, tiny_package):
    made = make_plan(tiny_package, choose(dataset(4), tiny_package, "cpu"))
    assert (len(made.trained), made.validated) == (4, ())
    assert (made.config.select_every, made.config.patience) == (0, 0)
    assert made.data().validation_runs(9) == []
    assert "no case is held out: that takes 6 patients" in made.lines()[1]


def test_what_is_held_out_leaves_cases_of_both_kinds_to_learn_from(dataset, tiny_package):
    chosen = replace(choose(dataset(), tiny_package, "cpu"), trunkless=frozenset())
    usual = make_plan(tiny_package, chosen).validated
    for lone in usual:
        made = make_plan(tiny_package, replace(chosen, trunkless=frozenset({lone.name})))
        assert made.validated
        assert lone.name in [entry.name for entry in made.trained]


def entries(*names):
    return [CaseEntry(name, Path(name), None) for name in names]


@pytest.mark.parametrize(
    ("trunkless", "times"),
    [
        ("", [1, 1, 1, 1, 1, 1]),
        ("a", [3, 1, 1, 1, 1, 1]),
        ("ab", [1, 1, 1, 1, 1, 1]),
        ("abcde", [1, 1, 1, 1, 1, 3]),
        ("abcdef", [1, 1, 1, 1, 1, 1]),
    ],
)
def test_cases_of_the_rarer_kind_with_or_without_a_trunk_come_more_often(trunkless, times):
    cases = entries(*"abcdef")
    drawn = balanced(cases, trunkless)
    assert [drawn.count(case) for case in cases] == times


def test_no_case_comes_more_than_three_times():
    cases = entries(*"abcdefghijklmnopqrst")
    assert balanced(cases, {"a"}).count(cases[0]) == 3


def test_the_plan_says_which_cases_come_more_often_and_draws_them_so(dataset, tiny_package):
    def without_mat(case):
        return replace(case, labels=(case.labels > 0).astype("uint8"))

    data = dataset(case0=without_mat, case3=without_mat)
    chosen = choose(data, tiny_package, "cpu")
    assert chosen.trunkless == {"case-0", "case-3"}
    made = make_plan(tiny_package, replace(chosen, trunkless=frozenset({"case-3"})))
    assert "case-3" in [entry.name for entry in made.trained]
    assert [e.name for e in made.drawn] == [*(e.name for e in made.trained), "case-3"]
    assert "drawn 2 times as often: case-3" in "\n".join(made.lines())
    assert ", 5 a round" in made.config.data
    new = made.data().make_crops(made.config, 0).sources[0]
    assert [new.load(number).name for number in range(5)].count("case-3") == 2


def test_the_plan_follows_the_data(plan, dataset, tiny_package):
    made = plan(steps=100)
    assert (made.config.steps, made.config.frozen_steps, made.config.warmup) == (100, 12, 6)
    assert made.config.ema_decay == pytest.approx(0.9)
    assert made.config.parent == tiny_package.weights_sha256
    assert made == plan(steps=100)
    relabelled = dataset(case5=lambda case: replace(case, labels=(case.labels > 1).astype("uint8")))
    other = make_plan(tiny_package, choose(relabelled, tiny_package, "cpu"), steps=100)
    assert other.config.data != made.config.data
    assert other.name != made.name


@pytest.mark.parametrize(
    ("training", "crop_px"),
    [
        ({"crop_px": 96}, 96),
        (None, 256),
        ({}, 256),
        ({"crop_px": "96"}, 256),
        ({"crop_px": 31}, 256),
        ({"crop_px": 10**9}, 256),
    ],
)
def test_the_crops_are_as_large_as_the_parents_where_it_says_so(tiny_package, training, crop_px):
    parent = replace(tiny_package, manifest={**tiny_package.manifest, "training": training})
    assert recipe(parent, 4, validated=False).crop_px == crop_px
    assert recipe(parent, 4, validated=False, crop_px=64).crop_px == 64


@pytest.mark.parametrize(
    ("training", "most_noise"),
    [({"most_noise": 0.25}, 0.25), ({"most_noise": "much"}, 0.0), ({"most_noise": 7.0}, 0.0)],
)
def test_runs_are_shown_as_to_the_parent(tiny_package, training, most_noise):
    said = {**tiny_package.manifest, "training": training, "look_px": 640}
    config = recipe(replace(tiny_package, manifest=said), 4, validated=False)
    assert config.crops == CropSettings(256, config.max_frames, 0.4, 640, most_noise)


def test_each_case_adds_steps_between_a_floor_and_a_ceiling(tiny_package):
    steps = [recipe(tiny_package, cases, validated=False).steps for cases in (1, 6, 7, 80, 900)]
    assert steps == [60, 60, 70, 800, 800]


def test_the_frozen_parts_are_parts_of_the_network(plan):
    made = plan()
    assert made.config.frozen == FROZEN
    trainer = Trainer(made.config)
    share = sum(part.numel() for part in trainer._frozen)
    assert 0 < share < sum(part.numel() for part in trainer.network.parameters()) / 2


def test_without_replay_there_is_neither_replay_nor_distillation(plan):
    made = plan(replays=False)
    assert made.config.distillation == 0
    crops = made.data().make_crops(replace(made.config, crop_px=32), 0)
    assert not any(crops.item(index).replayed for index in range(2))
    assert "no replay" in made.config.data


def test_the_crops_can_be_sent_to_loaders_that_are_not_forked(plan):
    pickle.loads(pickle.dumps(plan().data().make_crops))


def test_a_bad_name_is_refused_before_any_work(plan):
    with pytest.raises(PackageError, match="name"):
        plan(name="../x")
    assert plan(name="mine").name == "mine"


def test_the_time_left_follows_the_last_steps():
    pace = Pace(100)
    assert [pace.seconds_left(step, 2.0 * step) for step in (1, 2, 3)] == [None] * 3
    assert pace.seconds_left(4, 8.0) == 2 * 96
    for step in range(5, 40):
        pace.seconds_left(step, 100.0 * step)
    assert pace.seconds_left(40, 4000.0) == 100 * 60


def test_what_is_left_out_is_told_by_its_reason(plan):
    few = [("a", "it is damaged"), ("b", "it is damaged")]
    many = [(f"case-{number}", "it is a test case") for number in range(4)]
    lines = replace(plan(), excluded=(*few, *many)).lines()
    assert lines[-2:] == ["left out: a, b: it is damaged", "left out: 4 cases: it is a test case"]
