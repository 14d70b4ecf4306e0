"""The colours can be told apart, by everyone and on either background."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from dashboard.theme import DARK, LIGHT, Palette
from tests.factories import make_map

#: Machado, Oliveira and Fernandes (2009), full severity, for linear RGB.
VISION = {
    "common": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(rgb, 0, 1)
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ cones
    )


def contrast(one: str, other: str) -> float:
    light, dark = sorted(
        (float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_the_colours_of_groups_stay_apart(palette: Palette, vision: str) -> None:
    seen = [oklab(VISION[vision] @ linear(c)) for c in (*palette.groups, palette.other)]
    closest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert closest * 100 >= 8


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_points_stand_out(palette: Palette) -> None:
    for background in (palette.background, palette.surface):
        assert contrast(palette.ink, background) > 10
        assert contrast(palette.muted, background) > 4.5
        assert contrast(palette.accent, background) > 4.5
    assert all(contrast(colour, palette.background) > 2.7 for colour in palette.groups)
    assert contrast(palette.other, palette.background) > 2.7


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISION)
def test_a_scale_runs_one_way_in_lightness_in_steps_that_can_be_seen(
    palette: Palette, vision: str
) -> None:
    seen = [oklab(VISION[vision] @ linear(colour)) for colour in palette.ramp]
    lightness = [colour[0] for colour in seen]
    assert lightness == sorted(lightness, reverse=not palette.dark)
    steps = [100 * np.linalg.norm(a - b) for a, b in itertools.pairwise(seen)]
    assert min(steps) > 3.5
    if vision == "common":
        assert max(steps) < 1.2 * min(steps)


def test_themes_keep_their_colours_and_other_is_neutral() -> None:
    colours = LIGHT.theme_colours(make_map())
    assert colours["other"] == LIGHT.other
    assert len(set(colours.values())) == len(colours)


def test_topics_that_share_a_colour_lie_apart() -> None:
    topic_map = make_map(papers=400, topics=20)
    colours = LIGHT.topic_colours(topic_map)
    places = topic_map.topics.set_index("id")[["x", "y"]]
    assert set(colours.values()) <= set(LIGHT.groups)
    near = [
        np.linalg.norm(places.loc[a] - places.loc[b])
        for a, b in itertools.combinations(colours, 2)
        if colours[a] == colours[b]
    ]
    every = [
        np.linalg.norm(places.loc[a] - places.loc[b]) for a, b in itertools.combinations(colours, 2)
    ]
    assert min(near) > 2 * min(every)
