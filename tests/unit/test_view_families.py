"""Metrics of one thing on several data lie on one pair of axes."""

from __future__ import annotations

import pytest

from tui_tuner.view.families import families


def told(names, first=""):
    return [(f.name, [(m.metric, m.side) for m in f.members]) for f in families(names, first)]


@pytest.mark.parametrize(
    ("train", "val"),
    [
        ("train_loss", "val_loss"),
        ("loss/train", "loss/valid"),
        ("train/loss", "eval/loss"),
        ("loss", "val_loss"),
        ("Train.Loss", "dev.loss"),
        ("training loss", "validation loss"),
    ],
)
def test_training_and_validation_of_a_name_are_a_family_however_they_are_spelled(train, val):
    assert told([val, train]) == [("loss", [(train, "train"), (val, "val")])]


def test_a_metric_alone_keeps_its_whole_name():
    assert told(["val_acc", "train_loss"]) == [
        ("val_acc", [("val_acc", "val_acc")]),
        ("train_loss", [("train_loss", "train_loss")]),
    ]


def test_three_sets_of_data_stand_in_their_order():
    [(name, members)] = told(["test_acc", "val_acc", "train_acc"])
    assert name == "acc"
    assert [side for _, side in members] == ["train", "val", "test"]


def test_the_objective_s_family_comes_first():
    assert [name for name, _ in told(["lr", "loss", "val_acc", "acc"], "val_acc")] == [
        "acc",
        "lr",
        "loss",
    ]


def test_two_that_claim_to_be_the_same_keep_their_names():
    [(_, members)] = told(["train_loss", "loss", "val_loss"])
    assert {side for _, side in members} == {"train_loss", "loss", "val"}


def test_a_name_that_is_only_a_side_is_a_metric_of_its_own():
    assert told(["train", "val"]) == [("train", [("train", "train")]), ("val", [("val", "val")])]


def test_names_of_nothing_but_separators_are_names_too():
    assert {name for name, _ in told(["//", "", "_"])} == {"//", "", "_"}
