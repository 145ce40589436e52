"""The digital phantom: densities are true, findings are where they are said to be."""

import hashlib

import numpy as np
import pytest

from hub.demo import phantom
from hub.demo.phantom import radiograph, scenes, tissue, windows
from hub.demo.phantom.noise import ct_noise, generator

SCENE_KEYS = [
    "ct-head/normal/brain",
    "ct-head/normal/bone",
    "ct-head/normal/wide",
    "ct-head/epidural/brain",
    "ct-head/epidural/bone",
    "ct-head/subdural/brain",
    "ct-head/subdural/subdural",
    "ct-head/mca/brain",
    "ct-head/mca/stroke",
    "mr-head/ms/flair",
    "mr-head/ms/t1c",
    "mr-head/meningioma/t2",
    "mr-head/meningioma/t1c",
    "ct-chest/normal/lung",
    "ct-chest/normal/mediastinum",
    "ct-chest/nodule/lung",
    "ct-chest/nodule/mediastinum",
    "ct-chest/embolism/angio",
    "ct-chest/embolism/mediastinum",
    "ct-chest/dissection/angio",
    "ct-chest/dissection/lower",
    "dx-chest/normal/pa",
    "dx-chest/pneumothorax/pa",
    "dx-chest/pneumonia/pa",
    "dx-chest/effusion/pa",
    "ct-abdomen/stone/wide",
    "ct-abdomen/stone/soft",
    "ct-abdomen/normal/soft",
    "us-abdomen/gallstone/long",
    "us-abdomen/gallstone/trans",
    "physics/hounsfield-scale",
    "physics/window-lung",
    "physics/window-soft",
    "physics/window-bone",
    "pydicom/ct-small",
    "pydicom/mr-small",
    "pydicom/us-echo",
]

# Scene, region, lowest and highest plausible mean in HU.
DENSITIES = [
    ("ct-head/normal/brain", "white matter", 24, 32),
    ("ct-head/normal/brain", "frontal horn", 0, 16),
    ("ct-head/epidural/brain", "clot", 62, 80),
    ("ct-head/subdural/brain", "acute part", 55, 78),
    ("ct-head/subdural/brain", "chronic part", 12, 34),
    ("ct-head/mca/brain", "right M1", 58, 85),
    ("ct-head/mca/brain", "left M1", 20, 46),
    ("ct-head/mca/stroke", "right putamen", 20, 31),
    ("ct-head/mca/stroke", "left putamen", 34, 42),
    ("ct-chest/normal/lung", "lung", -910, -780),
    ("ct-chest/normal/mediastinum", "ascending aorta", 140, 160),
    ("ct-chest/normal/mediastinum", "vertebra", 120, 260),
    ("ct-chest/nodule/mediastinum", "nodule", 20, 60),
    ("ct-chest/nodule/mediastinum", "aorta", 35, 55),
    ("ct-chest/embolism/angio", "pulmonary trunk", 370, 410),
    ("ct-chest/embolism/angio", "right clot", 35, 90),
    ("ct-chest/embolism/angio", "left clot", 35, 90),
    ("ct-chest/dissection/angio", "ascending aorta", 335, 365),
    ("ct-chest/dissection/angio", "true lumen", 330, 370),
    ("ct-chest/dissection/angio", "false lumen", 200, 300),
    ("ct-chest/dissection/lower", "true lumen", 330, 370),
    ("ct-chest/dissection/lower", "false lumen", 200, 300),
    ("ct-abdomen/stone/soft", "stone", 400, 1200),
    ("ct-abdomen/stone/soft", "left renal pelvis", -5, 18),
    ("ct-abdomen/stone/soft", "liver", 52, 64),
    ("ct-abdomen/stone/soft", "aorta", 38, 52),
    ("ct-abdomen/normal/soft", "aorta", 148, 172),
    ("ct-abdomen/normal/soft", "gallbladder", 2, 15),
]

# Findings by the side of the patient on which they lie.
SIDES = [
    ("ct-head/epidural/brain", "clot", "left"),
    ("ct-head/subdural/brain", "acute part", "left"),
    ("ct-head/mca/brain", "right M1", "right"),
    ("ct-head/mca/stroke", "right putamen", "right"),
    ("ct-chest/nodule/lung", "nodule", "right"),
    ("ct-chest/embolism/angio", "right clot", "right"),
    ("ct-chest/embolism/angio", "left clot", "left"),
    ("ct-chest/dissection/angio", "false lumen", "left"),
    ("ct-abdomen/stone/soft", "stone", "left"),
    ("ct-abdomen/stone/soft", "liver", "right"),
]


def values_within(scene: str, region: str) -> np.ndarray:
    image = phantom.hounsfield(scene)
    row, column, radius = phantom.regions(scene)[region]
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    return image[(rows - row) ** 2 + (columns - column) ** 2 <= radius**2]


@pytest.fixture(scope="module")
def radiographs() -> dict[str, np.ndarray]:
    return {
        finding: np.asarray(radiograph.render(finding), dtype=float)
        for finding in radiograph.FINDINGS
    }


def test_scenes_are_those_of_the_content():
    assert set(phantom.SCENES) == set(SCENE_KEYS)
    assert len(phantom.SCENES) == len(SCENE_KEYS)


def test_unknown_scene_is_refused():
    with pytest.raises(phantom.UnknownScene):
        phantom.render("ct-head/normal/nothing")
    with pytest.raises(phantom.UnknownScene):
        phantom.hounsfield("dx-chest/normal/pa")


@pytest.mark.parametrize(("scene", "region", "low", "high"), DENSITIES)
def test_region_has_true_density(scene, region, low, high):
    mean = float(values_within(scene, region).mean())
    assert low <= mean <= high, f"{region}: {mean:.1f} HU"


@pytest.mark.parametrize(("scene", "region", "side"), SIDES)
def test_finding_lies_on_its_side_in_radiological_convention(scene, region, side):
    width = phantom.hounsfield(scene).shape[1]
    column = phantom.regions(scene)[region][1]
    assert ("right" if column < width / 2 else "left") == side


def test_nodule_measures_sixteen_millimetres():
    scene = "ct-chest/nodule/mediastinum"
    row, column, _ = phantom.regions(scene)["nodule"]
    spacing = phantom.spacing_mm(scene)
    profile = phantom.hounsfield(scene)[round(row), :]
    reach = int(14 / spacing)
    near = profile[round(column) - reach : round(column) + reach]
    assert 12 <= float((near > -350).sum()) * spacing <= 22


def test_stone_measures_six_millimetres():
    scene = "ct-abdomen/stone/soft"
    row, column, _ = phantom.regions(scene)["stone"]
    image, spacing = phantom.hounsfield(scene), phantom.spacing_mm(scene)
    half = int(6 / spacing)
    near = image[round(row) - half : round(row) + half, round(column) - half : round(column) + half]
    diameter = 2 * np.sqrt((near > 400).sum() / np.pi) * spacing
    assert 5 <= diameter <= 7


def test_subdural_haematoma_shifts_the_ventricles_to_the_right():
    scene = "ct-head/subdural/brain"
    image, spacing = phantom.hounsfield(scene), phantom.spacing_mm(scene)
    middle = image.shape[1] / 2
    row = image.shape[0] // 2 - round(18 / spacing)
    half = round(30 / spacing)
    band = image[row - 12 : row + 12, round(middle) - half : round(middle) + half].mean(axis=0)
    fluid = np.flatnonzero(band < 18)
    shift_mm = (fluid.mean() - half) * spacing
    assert -12 <= shift_mm <= -4


def test_soft_tissue_noise_has_the_set_deviation_and_no_low_frequency():
    noise = ct_noise(generator("test"), (256, 256), sigma_hu=10, spacing_mm=0.7)
    assert float(noise.std()) == pytest.approx(10, rel=0.01)
    blocks = noise.reshape(16, 16, 16, 16).mean(axis=(1, 3))
    assert float(blocks.std()) < 0.6


def test_pneumothorax_is_more_lucent_at_the_right_lateral_margin(radiographs):
    margin = np.s_[330:470, 128:165]
    mirrored = np.s_[330:470, 896 - 165 : 896 - 128]
    sick = radiographs["pneumothorax"]
    assert sick[margin].mean() < radiographs["normal"][margin].mean() - 12
    assert sick[margin].mean() < sick[mirrored].mean() - 12


def test_effusion_whitens_the_left_base(radiographs):
    left, right = np.s_[690:730, 600:740], np.s_[690:730, 156:296]
    sick = radiographs["effusion"]
    assert sick[left].mean() > radiographs["normal"][left].mean() + 40
    assert sick[left].mean() > sick[right].mean() + 40


def test_pneumonia_whitens_the_right_middle_zone_only(radiographs):
    difference = radiographs["pneumonia"] - radiographs["normal"]
    assert difference[545:620, 240:330].mean() > 25
    assert abs(float(difference[200:400, 150:330].mean())) < 12


@pytest.mark.parametrize("finding", radiograph.FINDINGS)
def test_radiograph_has_full_size(radiographs, finding):
    assert radiographs[finding].shape == (1024, 896)


def test_flair_nulls_fluid_and_shows_plaques_bright():
    values = {
        name: tissue.flair(tissue.RELAXATION[name], tr_ms=9000, ti_ms=2550, te_ms=110)
        for name in ("csf", "white matter", "grey matter", "plaque")
    }
    assert values["csf"] < 0.35 * values["white matter"]
    assert values["white matter"] < values["grey matter"] < values["plaque"]


def test_gadolinium_brightens_meningioma_on_t1():
    mass = tissue.RELAXATION["meningioma"]
    plain = tissue.spin_echo(mass, tr_ms=550, te_ms=12)
    assert tissue.spin_echo(mass, tr_ms=550, te_ms=12, enhanced=True) > 1.6 * plain


def test_stone_casts_a_clean_shadow_and_bile_enhances():
    image = np.asarray(phantom.render("us-abdomen/gallstone/long"), dtype=float)
    shadow, beside = image[640:720, 580:620], image[640:720, 420:500]
    assert shadow.mean() < 0.25 * beside.mean()


def test_window_follows_the_dicom_linear_function():
    grey = windows.grey(np.array([-1000.0, 39.5, 1000.0]), windows.MEDIASTINUM)
    assert grey.tolist() == [0, 128, 255]


@pytest.mark.parametrize("scene", [s for s in SCENE_KEYS if not s.startswith("dx-")])
def test_scene_renders_at_full_size(scene):
    image = phantom.render(scene)
    assert max(image.size) == 1024
    assert image.mode == ("RGB" if scene == "pydicom/us-echo" else "L")
    assert np.asarray(image).std() > 15


@pytest.mark.parametrize(
    "scene", ["ct-head/mca/brain", "us-abdomen/gallstone/trans", "physics/hounsfield-scale"]
)
def test_scene_is_the_same_on_every_render(scene):
    digests = set()
    for _ in range(2):
        scenes._slice.cache_clear()
        digests.add(hashlib.sha256(phantom.render(scene).tobytes()).hexdigest())
    assert len(digests) == 1
