"""Choose the image: the one of a stack on which something is seen best."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from quizzes.item_types.base import Content, Response, View

from .parts import Place, StackBlock, StackItemType, read_place
from .scoring import distance_of_images, falling


class ChooseSliceBlock(StackBlock):
    """The editing form of “choose the image”."""

    class Meta:
        icon = "list-ol"
        label = _("Choose the image of a stack")
        description = _("The image of a stack on which something is seen best")

    def check_mark(self, place: Place) -> None:
        place.images()


class ChooseSlice(StackItemType):
    """Scored by the distance across the stack: in millimetres, else in images."""

    code = "choose_slice"
    ask = "slice"

    def block(self) -> blocks.StructBlock:
        return ChooseSliceBlock()

    def sentence(self, content: Content) -> str:  # noqa: ARG002
        return gettext("Scroll to the image and choose it, then answer.")

    def explained(self, content: Content, response: Response) -> View:
        place = read_place(content)
        first, last = place.images()
        distance = distance_of_images(place.space, response["image"] - 1, first=first, last=last)
        return {
            "marks": [
                {"kind": "author", "shape": "image", "at": (first + last) // 2, "points": []},
                {"kind": "own", "shape": "image", "at": response["image"] - 1, "points": []},
            ],
            "key_first": first + 1,
            "key_last": last + 1,
            "key_image": (first + last) // 2 + 1,
            "distance": round(distance, 1),
            "unit": "mm" if place.space.has_depth else "images",
            "is_inside": distance == 0.0,
        }

    def share(self, content: Content, response: Response) -> float:
        place = read_place(content)
        first, last = place.images()
        distance = distance_of_images(place.space, response["image"] - 1, first=first, last=last)
        return falling(distance, **self.limits(content))

    def key(self, content: Content) -> Response:
        first, last = read_place(content).images()
        return {"image": (first + last) // 2 + 1}
