"""Sorting by place in the patient, and what is odd about a series."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, Sequence

from cases.imports.geometry import StackKind, facts_of, stacks
from tests.cases.deidentification.planted import planted_slice

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
OBLIQUE = [0.8, 0.6, 0, 0, 0, -1]


def at(place: float, *, number: int = 1, uid: str = "", **changes) -> Dataset:
    """A slice `place` millimetres along the axis."""
    dataset = planted_slice(0)
    dataset.ImagePositionPatient = [0, 0, place]
    dataset.InstanceNumber = number
    dataset.SOPInstanceUID = uid or f"1.2.{number}"
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset


def one_stack(datasets: list[Dataset]):
    (stack,) = stacks(facts_of(dataset) for dataset in datasets)
    return stack


def test_slices_are_sorted_by_place_not_by_number_or_arrival():
    datasets = [at(2.5 * n, number=20 - n) for n in range(20)]
    random.Random(4).shuffle(datasets)
    stack = one_stack(datasets)
    assert [frame.position[2] for frame in stack.frames] == [2.5 * n for n in range(20)]
    assert (stack.kind, stack.spacing_mm) == (StackKind.VOLUME, 2.5)
    assert (stack.missing, stack.doubles, stack.is_uneven) == (0, 0, False)


def test_the_place_is_measured_along_the_normal_of_oblique_slices():
    datasets = []
    for n in range(6):
        # Three millimetres along the normal, and to and fro within the plane.
        along, aside = 3 * n, 7 * (n % 2)
        place = [-0.6 * along + 0.8 * aside, 0.8 * along + 0.6 * aside, 5]
        datasets.append(
            at(0, number=n, ImageOrientationPatient=OBLIQUE, ImagePositionPatient=place)
        )
    stack = one_stack(datasets[::-1])
    assert [frame.sop_uid for frame in stack.frames] == [f"1.2.{n}" for n in range(6)]
    assert stack.spacing_mm == pytest.approx(3)


def test_missing_and_double_slices_and_uneven_steps_are_counted():
    places = [0, 1, 2, 5, 6, 7, 7, 8]
    stack = one_stack([at(place, number=n) for n, place in enumerate(places)])
    assert (stack.missing, stack.doubles, stack.is_uneven) == (2, 1, True)
    assert stack.spacing_mm == 1


def test_frames_of_one_instance_at_one_place_are_no_doubles():
    stack = one_stack([at(0, NumberOfFrames=12)])
    assert (stack.kind, len(stack.frames), stack.doubles) == (StackKind.IMAGES, 12, 0)


def test_places_imaged_equally_often_are_phases():
    datasets = [at(n % 5, number=n) for n in range(15)]
    stack = one_stack(datasets)
    assert (stack.phases, stack.doubles, stack.missing) == (3, 0, 0)
    assert [frame.position[2] for frame in stack.frames] == [0, 1, 2, 3, 4] * 3
    assert [frame.sop_uid for frame in stack.frames[:5]] == [f"1.2.{n}" for n in range(5)]


def test_localizers_and_other_planes_are_stacks_of_their_own():
    datasets = [
        *(at(n, number=n) for n in range(4)),
        at(0, number=9, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]),
        *(at(n, number=20 + n, ImageOrientationPatient=[0, 1, 0, 0, 0, -1]) for n in range(3)),
    ]
    found = stacks(facts_of(dataset) for dataset in datasets)
    assert [(stack.kind, len(stack.frames)) for stack in found] == [
        (StackKind.VOLUME, 4),
        (StackKind.IMAGES, 3),
        (StackKind.LOCALIZER, 1),
    ]


def test_frames_of_an_enhanced_object_are_sorted_by_their_own_places():
    dataset = at(0)
    dataset.NumberOfFrames = 4
    shared, frames = Dataset(), []
    orientation, measures = Dataset(), Dataset()
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.5], 2
    shared.PlaneOrientationSequence = Sequence([orientation])
    shared.PixelMeasuresSequence = Sequence([measures])
    for place in (6, 0, 4, 2):
        frame, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, place]
        frame.PlanePositionSequence = Sequence([position])
        frames.append(frame)
    del dataset.ImagePositionPatient, dataset.ImageOrientationPatient, dataset.PixelSpacing
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence(frames)
    stack = one_stack([dataset])
    assert [frame.index for frame in stack.frames] == [1, 3, 2, 0]
    assert stack.frames[0].spacing == (0.5, 0.5)
    assert stack.spacing_mm == 2


def test_pictures_without_a_place_keep_the_order_of_their_numbers():
    datasets = [at(0, number=n) for n in (3, 1, 2)]
    for dataset in datasets:
        del dataset.ImagePositionPatient
    stack = one_stack(datasets)
    assert stack.kind == StackKind.IMAGES
    assert [frame.sop_uid for frame in stack.frames] == ["1.2.1", "1.2.2", "1.2.3"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.lists(st.floats(), max_size=8))
def test_any_numbers_give_stacks_with_every_frame_once(places, orientation):
    datasets = []
    for number, place in enumerate(places):
        dataset = at(0, number=number)
        dataset["ImagePositionPatient"]._value = [0.0, 0.0, place]
        if number % 2:
            dataset["ImageOrientationPatient"]._value = orientation
        datasets.append(dataset)
    found = stacks(facts_of(dataset) for dataset in datasets)
    frames = [frame.sop_uid for stack in found for frame in stack.frames]
    assert sorted(frames) == sorted(f"1.2.{n}" for n in range(len(places)))
