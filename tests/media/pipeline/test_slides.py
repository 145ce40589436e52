"""Slides are found where a reader would turn the page, and nowhere else."""

import numpy as np
import pytest

from media.pipeline.slides import SlideTracker, same_picture

RATE = 2
HEIGHT, WIDTH = 270, 480


def page(seed: int, *, lines: int = 6, background: int = 235) -> np.ndarray:
    """A slide with a heading and lines of something like text."""
    chance = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH), background, dtype=np.uint8)
    for line in range(lines):
        top = 20 + 36 * line
        width = int(chance.integers(200, 420))
        ink = chance.integers(0, 2, size=(10, width // 3)).repeat(3, axis=1)
        picture[top : top + 10, 30 : 30 + ink.shape[1]] = np.where(ink, 30, background)
    return picture


def anatomy(depth: float) -> np.ndarray:
    """A slice of a body: the outline stays, what is inside depends on the depth."""
    down, right = np.mgrid[0:200, 0:240]
    body = ((down - 100) / 95) ** 2 + ((right - 120) / 115) ** 2 < 1
    inside = 90 + 60 * np.sin(down / 9 + depth) * np.cos(right / 11 - depth)
    return np.where(body, inside, 5).astype(np.uint8)


def find(pictures: list[np.ndarray]) -> list[tuple[float, float]]:
    """The times of the slides in samples taken twice a second."""
    return [(slide.start_s, slide.end_s) for slide in slides_in(pictures)]


def slides_in(pictures: list[np.ndarray]) -> list:
    tracker = SlideTracker(samples_per_s=RATE)
    found = [tracker.add(picture, number) for number, picture in enumerate(pictures)]
    return [s for s in [*found, tracker.finish(len(pictures) / RATE)] if s]


def stay(picture: np.ndarray, seconds: float) -> list[np.ndarray]:
    return [picture] * int(seconds * RATE)


def test_each_page_is_a_slide_with_its_time():
    pictures = [*stay(page(1), 10), *stay(page(2), 7), *stay(page(3), 12)]
    assert find(pictures) == [(0, 10), (10, 17), (17, 29)]


def test_pages_leafed_through_are_no_slides():
    leafed = [picture for seed in range(2, 6) for picture in stay(page(seed), 1)]
    assert find([*stay(page(1), 10), *leafed, *stay(page(9), 10)]) == [(0, 14), (14, 24)]


def test_line_that_appears_makes_a_new_slide_and_a_cursor_does_not():
    pictures = stay(page(1, lines=3), 8)
    for number in range(40):
        moved = page(1, lines=3)
        moved[100 + 3 * number : 112 + 3 * number, 200 + 2 * number : 208 + 2 * number] = 0
        pictures.append(moved)
    pictures += stay(page(1, lines=4), 8)
    assert find(pictures) == [(0, 28), (28, 36)]


def test_speaker_in_the_corner_is_left_out_of_account():
    chance = np.random.default_rng(7)
    pictures = []
    for seed in (1, 2, 3):
        for picture in stay(page(seed), 12):
            with_speaker = picture.copy()
            with_speaker[180:270, 370:480] = chance.integers(0, 255, size=(90, 110))
            pictures.append(with_speaker)
    assert find(pictures) == [(0, 12), (12, 24), (24, 36)]


def test_scrolled_stack_with_its_pauses_is_one_slide():
    def viewer(depth: float) -> np.ndarray:
        picture = page(5, lines=1, background=20)
        picture[60:260, 200:440] = anatomy(depth)
        return picture

    depths = [*np.arange(0, 30, 1.5), *[30.0] * 10, *np.arange(30, 60, 1.5), *[60.0] * 8]
    pictures = [*stay(page(1), 8), *(viewer(depth) for depth in depths), *stay(page(2), 8)]
    found = slides_in(pictures)
    assert [(s.start_s, s.end_s) for s in found] == [(0, 8), (8, 37), (37, 45)]
    # What stands for it is a pause: samples 36 to 45 show one slice.
    assert found[1].frame in range(37, 47)


def test_slide_after_a_film_over_the_whole_picture_is_found():
    chance = np.random.default_rng(3)
    film = [chance.integers(0, 255, size=(HEIGHT, WIDTH), dtype=np.uint8) for _ in range(30)]
    found = find([*stay(page(1), 8), *film, *stay(page(2), 10)])
    assert found[-1] == (23, 33)
    assert len(found) <= 3


def test_shimmer_of_a_camera_is_no_change():
    chance = np.random.default_rng(4)

    def seen(picture: np.ndarray) -> np.ndarray:
        noise = chance.normal(0, 5, size=picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)

    pictures = [seen(picture) for seed in (1, 2) for picture in stay(page(seed), 15)]
    assert find(pictures) == [(0, 15), (15, 30)]


def test_fade_ends_one_slide_and_begins_the_next():
    old, new = page(1).astype(int), page(2).astype(int)
    fade = [((old * (3 - n) + new * n) // 3).astype(np.uint8) for n in (1, 2)]
    found = find([*stay(page(1), 10), *fade, *stay(page(2), 10)])
    assert [start for start, _end in found] == [0, pytest.approx(10.5, abs=0.5)]


def test_blank_pause_is_told():
    found = slides_in([*stay(page(1), 6), *stay(np.zeros_like(page(1)), 6), *stay(page(2), 6)])
    assert [slide.is_blank for slide in found] == [False, True, False]


def test_slide_that_comes_back_is_known():
    noisy = page(1).copy()
    noisy[::7, ::5] ^= 3
    assert same_picture(page(1), noisy)
    assert not same_picture(page(1), page(2))
    assert not same_picture(page(1), page(1)[:200])


def test_lecture_of_one_sample_has_one_slide():
    assert find([page(1)]) == [(0, 0.5)]
    assert find([]) == []


@pytest.mark.parametrize("shape", [(2, 2), (8, 480), (270, 30), (17, 23)])
def test_smallest_pictures_are_borne(shape):
    tracker = SlideTracker(samples_per_s=RATE)
    for number in range(12):
        tracker.add(np.full(shape, 200 * (number // 6), dtype=np.uint8), number)
    assert tracker.finish(6.0) is not None
