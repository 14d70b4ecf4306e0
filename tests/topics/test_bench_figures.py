"""The figures of the quality bench say what they claim to."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest


def _module(name: str) -> Any:
    file = Path(__file__).parents[1] / "bench" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"bench_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


figures = _module("figures")


def test_unclustered_papers_are_one_more_group_until_assigned() -> None:
    truth = np.repeat([0, 1], 4)
    labels = np.array([0, 0, 0, -1, 1, 1, 1, -1])
    found = figures.topic_figures(truth, labels, truth)
    assert found["topics"] == 2
    assert found["unclustered"] == 0.25
    assert found["largest"] == 0.375
    assert found["ari_assigned"] == found["nmi_assigned"] == pytest.approx(1)
    assert found["ari"] < 0.8


def test_words_that_go_together_are_coherent() -> None:
    texts = ["low-rank adapters tune models"] * 5 + ["galaxies and dark matter"] * 5
    together = figures.coherence([["low-rank adapters", "models"], ["dark matter"]], texts)
    apart = figures.coherence([["adapters", "galaxies"]], texts)
    assert together == pytest.approx(1)
    assert apart == -1
    assert figures.coherence([], texts) == 0


def test_names_are_looked_for_in_the_papers_of_their_topic() -> None:
    texts = ["On dark matter", "More dark matter", "Graph colouring"]
    held = figures.names_held(["Dark matter", "Dark Matter"], np.array([0, 0, 1]), texts)
    assert held == {"names_unique": 0.5, "names_in_papers": 0.5, "names_well_formed": 1}
    formed = [figures._well_formed(name) for name in ("3D scenes", "of matter", "a a", "")]
    assert formed == [True, False, False, False]


def test_a_faithful_layout_is_trusted() -> None:
    rng = np.random.default_rng(0)
    angle = np.sort(rng.uniform(0, np.pi / 2, 80))
    vectors = np.column_stack([np.cos(angle), np.sin(angle)])
    truth = (angle > np.median(angle)).astype(int)
    good = figures.faithfulness(truth, vectors, vectors)
    bad = figures.faithfulness(truth, vectors, rng.normal(size=(80, 2)))
    assert good["trustworthiness"] > 0.95 > bad["trustworthiness"] + 0.2
    assert good["knn_labels_2d"] > 0.85 > bad["knn_labels_2d"] + 0.2


def test_a_confidence_that_is_right_has_no_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(20000)
    honest = figures.reliability(confidence, (rng.random(20000) < confidence).astype(float))
    assert honest["ece"] < 0.02
    assert sum(cell["cases"] for cell in honest["bins"]) == honest["cases"] == 20000
    boastful = figures.reliability(np.full(100, 0.95), np.repeat([0.0, 1.0], 50))
    assert boastful["ece"] == pytest.approx(0.45)
    assert len(boastful["bins"]) == 1


def test_a_topic_goes_by_the_label_of_most_of_its_papers() -> None:
    truth, labels = np.array([3, 3, 1, 1, 1, 2]), np.array([0, 0, 0, 1, 1, -1])
    assert figures.majority_labels(truth, labels).tolist() == [3, 1]
