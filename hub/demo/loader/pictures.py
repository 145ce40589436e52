"""Pictures of the demo: each scene rendered once, under a name that gives nothing away."""

import hashlib
from collections.abc import Callable
from io import BytesIO

from django.core.files.images import ImageFile
from django.db import transaction
from PIL import Image

from pages.models import SiteImage
from people.models import Department

RenderScene = Callable[[str], Image.Image]

PHANTOM_CREDIT = "Digital phantom, computed by Viewbox"
PYDICOM_CREDIT = "Test object from pydicom"
FOLDER = "original_images"
# What is darker than this is background, when the subject's place is looked for.
BACKGROUND_GREY = 24
FOCUS_SHARE = 0.7


class Gallery:
    """Gives the picture of a scene, and makes it first where there is none."""

    def __init__(self, *, render_scene: RenderScene) -> None:
        self._render_scene = render_scene
        self._found: dict[str, SiteImage] = {}

    def picture(self, *, scene: str, alt: str, department: Department) -> SiteImage:
        """The picture of `scene`; a new one goes into the department's collection.

        Rendering takes seconds: call it before the transaction that uses the picture.
        """
        if scene not in self._found:
            name = f"{FOLDER}/{file_name(scene)}"
            known = SiteImage.objects.filter(file=name).first()
            self._found[scene] = known or _save(
                scene=scene,
                rendered=self._render_scene(scene),
                alt=alt,
                department=department,
            )
        return self._found[scene]


def file_name(scene: str) -> str:
    """A name that follows from the scene but tells only what was examined: ct-head-1f3a9c04.png."""
    return f"{_subject(scene)}-{_digest(scene)}.png"


def title(scene: str) -> str:
    """What the editors' list of pictures calls it."""
    return f"{_subject(scene).replace('-', ' ')} {_digest(scene)}"


def _subject(scene: str) -> str:
    subject = scene.split("/", maxsplit=1)[0]
    return "test-object" if subject == "pydicom" else subject


def _digest(scene: str) -> str:
    return hashlib.sha256(scene.encode()).hexdigest()[:8]


@transaction.atomic
def _save(*, scene: str, rendered: Image.Image, alt: str, department: Department) -> SiteImage:
    data = BytesIO()
    rendered.save(data, "PNG")
    image = SiteImage(
        title=title(scene),
        description=alt,
        credit=PYDICOM_CREDIT if scene.startswith("pydicom/") else PHANTOM_CREDIT,
        collection=department.collection,
        file_size=data.tell(),
        file_hash=hashlib.sha1(data.getvalue(), usedforsecurity=False).hexdigest(),
    )
    image.has_neutral_name = True
    _focus(image=image, rendered=rendered)
    name = file_name(scene)
    # Left by a run that was cut off before its row was written; nobody else knows this name.
    storage = image.file.storage
    if storage.exists(f"{FOLDER}/{name}"):
        storage.delete(f"{FOLDER}/{name}")
    data.seek(0)
    image.file = ImageFile(data, name=name)
    image.save()
    return image


def _focus(*, image: SiteImage, rendered: Image.Image) -> None:
    """Set the focal point to the middle of the subject: of the subject, not of the finding."""
    mask = rendered.convert("L").point(lambda grey: 255 if grey > BACKGROUND_GREY else 0)
    left, top, right, bottom = mask.getbbox() or (0, 0, *rendered.size)
    image.focal_point_x = (left + right) // 2
    image.focal_point_y = (top + bottom) // 2
    image.focal_point_width = round((right - left) * FOCUS_SHARE)
    image.focal_point_height = round((bottom - top) * FOCUS_SHARE)
