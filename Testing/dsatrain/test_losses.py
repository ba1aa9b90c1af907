"""The training loss and its centreline terms."""

import numpy as np
import pytest
import torch

from dsatrain.batches import tubed_skeleton
from dsatrain.losses import TrainingLoss, distillation_loss, skeleton_recall_loss


@pytest.fixture
def labels():
    image = np.zeros((32, 32), np.int64)
    image[8:16, :] = 1
    image[:, 12:16] = 2
    return torch.from_numpy(image)[None]


def scores_of(labels, certainty=30.0):
    onehot = torch.nn.functional.one_hot(labels, 3).movedim(-1, 1).float()
    return [onehot[..., :: 2**i, :: 2**i] * certainty for i in range(3)]


def skeletons_of(labels):
    return torch.from_numpy(tubed_skeleton(labels[0].numpy().astype(np.uint8))).long()[None]


@pytest.mark.parametrize("terms", [{}, {"skeleton_recall": 1.0}, {"cl_dice": 1.0}])
def test_the_loss_is_near_zero_for_the_truth_and_high_for_its_opposite(labels, terms):
    loss = TrainingLoss(**terms)
    assert loss(scores_of(labels), labels, skeletons_of(labels)) < 0.01
    assert loss(scores_of((labels + 1) % 3), labels, skeletons_of(labels)) > 1


def test_swapping_bv_and_mat_costs(labels):
    swapped = torch.tensor([0, 2, 1])[labels]
    assert TrainingLoss()(scores_of(swapped), labels) > 1


@pytest.mark.parametrize("term", ["skeleton_recall", "cl_dice"])
def test_a_centreline_term_adds_to_a_broken_vessel(labels, term):
    broken = labels.clone()
    broken[:, :, 20:26] = 0
    plain = TrainingLoss()(scores_of(broken), labels)
    with_term = TrainingLoss(**{term: 1.0})(scores_of(broken), labels, skeletons_of(labels))
    assert with_term > plain + 0.02


def test_skeleton_recall_is_the_share_of_the_centreline_that_is_missed():
    skeleton = torch.zeros(1, 4, 10, dtype=torch.long)
    skeleton[0, 2, :] = 1
    answer = skeleton.clone()
    answer[0, 2, 7:] = 0
    assert skeleton_recall_loss(scores_of(answer)[0], skeleton).item() == pytest.approx(0.3)


def test_without_centrelines_there_is_nothing_to_recall():
    skeleton = torch.zeros(2, 4, 4, dtype=torch.long)
    assert skeleton_recall_loss(torch.zeros(2, 3, 4, 4), skeleton).item() == 0


def test_distillation_is_nothing_for_the_same_answer_and_grows_with_the_difference(labels):
    (wanted, *_) = scores_of(labels, certainty=3.0)
    near, far = scores_of(labels, certainty=2.0)[0], scores_of(labels, certainty=-3.0)[0]
    assert distillation_loss(wanted + 7.0, wanted) == pytest.approx(0, abs=1e-6)
    assert 0 < distillation_loss(near, wanted) < distillation_loss(far, wanted)


def test_distillation_is_the_divergence_of_the_probabilities():
    wanted, answered = np.array([0.7, 0.2, 0.1]), np.array([0.2, 0.3, 0.5])
    expected = float((wanted * np.log(wanted / answered)).sum())
    found = distillation_loss(
        *(torch.log(torch.tensor(p))[None, :, None, None] for p in (answered, wanted))
    )
    assert float(found) == pytest.approx(expected)
