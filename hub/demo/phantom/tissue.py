"""What tissues measure: CT numbers, and the relaxation behind MR signal.

CT numbers are in Hounsfield units at about 120 kVp. They follow

- Hounsfield's definition (air -1000, water 0): Br J Radiol 1973;46:1016-1022;
- ICRU Report 44, *Tissue Substitutes in Radiation Dosimetry and Measurement* (1989) and
  Schneider, Bortfeld, Schlegel, Phys Med Biol 2000;45:459-478, for body tissues and bone;
- Bushberg, Seibert, Leidholdt, Boone, *The Essential Physics of Medical Imaging*, 3rd ed.,
  Lippincott Williams & Wilkins 2012, chapter 10, for lung, fat, muscle, brain and blood.

Enhanced vessels depend on contrast medium and timing; the figures are those of an arterial or
venous phase of ordinary quality. Renal calculi: upper range, calcium oxalate monohydrate.
"""

from math import exp
from typing import NamedTuple

HOUNSFIELD: dict[str, float] = {
    "air": -1000,
    "gas": -990,
    "lung": -855,
    "fat": -100,
    "marrow fat": -60,
    "mediastinal fat": -95,
    "water": 0,
    "csf": 8,
    "urine": 5,
    "bile": 8,
    "oedema": 20,
    "white matter": 28,
    "grey matter": 37,
    "deep grey": 38,
    "pallidum": 37,
    "thalamus": 36,
    "cord": 34,
    "choroid plexus": 38,
    "dura": 48,
    "venous sinus": 52,
    "artery": 42,
    "pineal": 110,
    "choroid calcification": 240,
    "skin": 45,
    "muscle": 55,
    "tendon": 75,
    "cartilage": 95,
    "blood": 45,
    "fresh clot": 70,
    "chronic subdural": 22,
    "liver": 58,
    "spleen": 50,
    "kidney": 36,
    "pancreas": 40,
    "bowel wall": 40,
    "bowel fluid": 18,
    "stool": 30,
    "nodule": 38,
    "cancellous bone": 300,
    "vertebral cancellous": 190,
    "diploe": 480,
    "cortical bone": 1200,
    "skull table": 1450,
    "stone": 950,
    "pulmonary thrombus": 55,
    "aorta early": 190,
    "artery enhanced": 350,
    "vein enhanced": 150,
    "myocardium enhanced": 105,
}

PHYSICS_SCALE: tuple[str, ...] = (
    "air",
    "lung",
    "fat",
    "water",
    "white matter",
    "grey matter",
    "muscle",
    "fresh clot",
    "cancellous bone",
    "cortical bone",
)


class Relaxation(NamedTuple):
    """T1 and T2 in milliseconds at 1.5 T, relative proton density, T1 after gadolinium."""

    t1_ms: float
    t2_ms: float
    density: float
    t1_enhanced_ms: float | None = None


# Brain and CSF: Stanisz et al., Magn Reson Med 2005;54:507-512; Bottomley et al., Med Phys
# 1984;11:425-448; de Bazelaire et al., Radiology 2004;230:652-659. Values after gadolinium are
# those that give the usual enhancement, not measurements.
RELAXATION: dict[str, Relaxation] = {
    "air": Relaxation(1000, 1, 0.0),
    "gas": Relaxation(1000, 1, 0.0),
    "fat": Relaxation(290, 60, 0.90),
    "marrow fat": Relaxation(290, 50, 0.80),
    "csf": Relaxation(4200, 1600, 1.00),
    "white matter": Relaxation(640, 72, 0.69),
    "grey matter": Relaxation(1050, 92, 0.82),
    "deep grey": Relaxation(960, 82, 0.80),
    "pallidum": Relaxation(850, 70, 0.77),
    "thalamus": Relaxation(920, 82, 0.78),
    "choroid plexus": Relaxation(1300, 150, 0.88, 360),
    "dura": Relaxation(900, 25, 0.35, 420),
    "venous sinus": Relaxation(1400, 20, 0.30, 190),
    "artery": Relaxation(1400, 6, 0.10, 900),
    "pineal": Relaxation(1100, 80, 0.70, 420),
    "choroid calcification": Relaxation(1000, 20, 0.25),
    "skin": Relaxation(800, 40, 0.60, 650),
    "muscle": Relaxation(900, 45, 0.72, 780),
    "diploe": Relaxation(420, 48, 0.42),
    "skull table": Relaxation(1000, 2, 0.05),
    "oedema": Relaxation(1300, 160, 0.90),
    "plaque": Relaxation(1250, 150, 0.88),
    "active plaque rim": Relaxation(1200, 150, 0.88, 330),
    "meningioma": Relaxation(1020, 105, 0.84, 270),
    "vein small": Relaxation(1300, 50, 0.80, 250),
}


def spin_echo(tissue: Relaxation, *, tr_ms: float, te_ms: float, enhanced: bool = False) -> float:
    """Spin-echo signal ``PD * (1 - exp(-TR/T1)) * exp(-TE/T2)``.

    Source: Haacke, Brown, Thompson, Venkatesan, *Magnetic Resonance Imaging: Physical Principles
    and Sequence Design*, Wiley 1999, chapter 8.
    """
    t1_ms = tissue.t1_enhanced_ms if enhanced and tissue.t1_enhanced_ms else tissue.t1_ms
    return tissue.density * (1 - exp(-tr_ms / t1_ms)) * exp(-te_ms / tissue.t2_ms)


def flair(tissue: Relaxation, *, tr_ms: float, ti_ms: float, te_ms: float) -> float:
    """Inversion-recovery spin-echo magnitude, ``ti_ms`` chosen to null CSF.

    ``PD * |1 - 2 exp(-TI/T1) + exp(-TR/T1)| * exp(-TE/T2)``; Hajnal et al.,
    J Comput Assist Tomogr 1992;16:841-844.
    """
    recovered = 1 - 2 * exp(-ti_ms / tissue.t1_ms) + exp(-tr_ms / tissue.t1_ms)
    return tissue.density * abs(recovered) * exp(-te_ms / tissue.t2_ms)
