"""Words that may stay in a description (Clean Descriptors Option, PS3.15 E.3.5).

Everything else goes: a name can look like any word, but none of these words can be a name's
only trace. Numbers stay only where a unit or a sequence name explains them.
"""

import re

_VOCABULARY = """
 a and at for in of on or the to with without w wo w/ w/o post pre non native plain contrast
 enhanced km kontrast axial ax axi coronal cor sagittal sag oblique obl transverse transversal
 tra trans ap pa lateral lat frontal decubitus erect supine prone upright view views left right
 l r bilateral head brain skull face facial neck cervical thoracic thorax chest lung lungs heart
 cardiac aorta aortic abdomen abdominal pelvis pelvic liver spleen kidney kidneys renal adrenal
 pancreas bladder bowel colon spine spinal lumbar lspine cspine tspine sacrum sacral coccyx
 shoulder elbow wrist hand finger fingers hip femur knee tibia fibula ankle foot toe leg arm
 forearm humerus rib ribs sternum clavicle scapula orbit orbits sinus sinuses temporal temporals
 bone bones ear iac pituitary sella breast prostate uterus ovary ovaries thyroid carotid
 cerebral coronary pulmonary peripheral venous vein arterial artery vessel vessels whole body
 extremity extremities upper lower anterior posterior joint joints soft tissue ct mr mri pet us
 xa dx cr mg nm mra mrv cta ctpa ctu cect ncct hrct pet/ct angio angiography angiogram
 venography myelography urography enterography cholangiography mrcp arthrography tomography
 tomosynthesis t1 t2 pd t1w t2w pdw t1wi t2wi dwi adc flair stir swi swan gre epi ep2d tse fse
 se ge tfe ffe fspgr spgr mprage mp2rage bravo space cube vibe lava thrive haste ssfse hasteirm
 fiesta ciss trufi bffe dixon ideal fs fatsat fat sat spair spir water inphase opphase phase
 opposed out propeller blade radial tof pc dti tensor perfusion pwi dce dsc asl cbf cbv mtt ttp
 tmax bold fmri mrs spectroscopy anat func map maps trace b0 isotropic iso 2d 3d 4d scout
 localizer localiser topogram survey scanogram smart prep bolus tracking test monitoring axials
 thin thick slice slices recon reformat reformatted mpr mip minip vrt vr volume standard std
 bone+ lung+ window wl sharp smooth medium kernel algorithm fbp iterative asir admire safire imr
 early late delayed delay portal excretory nephrographic dynamic phase1 phase2 baseline followup
 follow-up inspiration expiration insp exp breath hold breathhold free breathing gated gating
 ecg trigger triggered spiral helical sequential dual energy single spectral monoenergetic
 iodine overlay screening protocol routine series study scan exam image images original derived
 primary secondary low dose high resolution res hr fast quick long short reference calibration
 iohexol iopamidol iodixanol iopromide iomeprol ioversol omnipaque ultravist visipaque iomeron
 isovue gadolinium gadobutrol gadoterate gadovist dotarem gd gad prohance primovist eovist
 multihance iv oral mlo cc implant displaced magnification spot compression голова головы мозг
 мозга грудь грудной клетки лёгкие легкие живот живота таз таза позвоночник кт мрт рентген
 аксиальные корональные сагиттальные с без контраст контраста контрастом нативная
"""
VOCABULARY = frozenset(word for word in _VOCABULARY.split() if word)
_TOKEN = re.compile(r"[^\s_^,;:()\[\]{}\\|=#*<>]+")
# 5mm, 1.25mm, 120kV, 3T, B30f, b1000, x2: numbers that explain themselves.
_TECHNICAL = re.compile(
    r"^(?:\d{1,3}(?:[.,]\d{1,3})?(?:mm|cm|kv|kvp|ma|mas|mgi|mg|ml|t|s|sec|min|ms|hz|deg|%|x\d{1,3})"
    r"|x\d{1,2}|b\d{1,4}|[bhui]\d{2}[fshmu]?|br\d{2}[a-z]?|bl\d{2}[a-z]?|hr\d{2}[a-z]?)$"
)
MOST_CHARACTERS = 64


def cleaned(text: str) -> str:
    """The words of `text` that may stay, in their order, at most 64 characters."""
    kept = [token for token in _TOKEN.findall(text) if _may_stay(token)]
    words = [token for token in kept if token.casefold() not in _GLUE]
    return " ".join(kept)[:MOST_CHARACTERS].strip() if words else ""


_GLUE = frozenset(
    [
        "a",
        "and",
        "at",
        "for",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "l",
        "r",
        "s",
        "с",
        "без",
    ]
)


def _may_stay(token: str) -> bool:
    word = token.casefold().strip(".'\"!?+-/")
    if word in VOCABULARY or token.casefold() in VOCABULARY or _TECHNICAL.match(word):
        return True
    parts = re.split(r"[-/+.&]", word)
    return len(parts) > 1 and all(part in VOCABULARY or _TECHNICAL.match(part) for part in parts)
