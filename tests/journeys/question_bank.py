"""A Moodle question bank with pictures as a file, and a quiz of what was taken in.

In the hub's own environment, `python -m tests.journeys.question_bank`: `file` prints a file of
questions; `quiz` makes a quiz of those taken in, has 2,000 simulated learners take it, and prints
its analysis' address; `hotspot` makes a picture question and prints its id, `picture-exam` an
attempt at one.
"""

import base64
import io
import json
import os
import sys

LEARNERS = 2000


def picture(shade: int) -> str:
    """A slice of a phantom: a bright ring with a lesion, as PNG in base64."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (640, 480), 12)
    pen = ImageDraw.Draw(image)
    pen.ellipse((80, 30, 560, 450), fill=70, outline=200, width=14)
    pen.ellipse((180, 140, 290, 340), fill=25)
    pen.ellipse((350, 140, 460, 340), fill=25)
    pen.ellipse((390, 210, 426, 246), fill=shade)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _choice(name: str, stem: str, options: list[tuple[str, str]], *, file: str = "") -> str:
    image = '&lt;img src="@@PLUGINFILE@@/slice.png" alt="Axial CT of the chest"&gt;' if file else ""
    embedded = f'<file name="slice.png" path="/" encoding="base64">{file}</file>' if file else ""
    answers = "".join(
        f'<answer fraction="{100 if not place else 0}" format="html"><text>{text}</text>'
        f'<feedback format="html"><text>{why}</text></feedback></answer>'
        for place, (text, why) in enumerate(options)
    )
    return (
        f'<question type="multichoice"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>&lt;p&gt;{stem}&lt;/p&gt;{image}</text>{embedded}'
        "</questiontext><generalfeedback><text>See the window settings.</text></generalfeedback>"
        f"<single>true</single>{answers}<tags><tag><text>Chest</text></tag></tags></question>"
    )


def _other(kind: str, name: str, stem: str, rest: str) -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text>{stem}</text></questiontext>{rest}</question>'
    )


def bank() -> str:
    """Eight questions of five types, two with pictures, one that can't be kept."""
    fluid = [("About 0 HU", "Water is the zero."), ("About 60 HU", "That is fresh blood."),
             ("About −100 HU", "That is fat."), ("About 1000 HU", "That is bone.")]  # fmt: skip
    nodule = [("Solid nodule", "Denser than the vessels."), ("Cyst", "It would be dark."),
              ("Vessel", "Follow it up and down."), ("Artefact", "It has no margin.")]  # fmt: skip
    cyst = [nodule[1], nodule[0], *nodule[2:]]
    pair = (
        '<subquestion format="html"><text>{}</text><answer><text>{}</text></answer></subquestion>'
    )
    answer = '<answer fraction="{}"><text>{}</text>{}</answer>'
    questions = [
        _choice("Fluid", "Which density does simple fluid have?", fluid),
        _choice("Nodule", "What does the picture show?", nodule, file=picture(210)),
        _choice("Dark lesion", "And this one?", cyst, file=picture(4)),
        _other(
            "truefalse",
            "Gadolinium",
            "Gadolinium is given by mouth.",
            answer.format(0, "true", "") + answer.format(100, "false", ""),
        ),
        _other(
            "shortanswer",
            "Sign",
            "Which sign is a nodule in ground glass?",
            "<usecase>0</usecase>" + answer.format(100, "halo sign", ""),
        ),
        _other(
            "numerical",
            "Fat",
            "Give the density of fat in HU.",
            answer.format(100, -100, "<tolerance>20</tolerance>"),
        ),
        _other(
            "matching",
            "Windows",
            "Match the tissue with the centre of its window.",
            pair.format("Lung", -600) + pair.format("Bone", 500) + pair.format("Brain", 40),
        ),
        _other("calculated", "Dose", "{a} times {b}?", ""),
    ]
    body = "\n".join(questions)
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{body}</quiz>'


def make_quiz() -> str:
    """A quiz of everything tagged or taken in, with its simulated learners; its analysis."""
    from django.urls import reverse

    from quizzes.models import Item, Quiz, QuizItem
    from tests.quizzes.simulated_learners import simulate

    items = list(Item.objects.filter(title__in=TITLES).select_related("locale").order_by("pk"))
    quiz = Quiz.objects.create(
        title="Densities and windows", mode="exam", locale=items[0].locale, department=None
    )
    for place, item in enumerate(items):
        QuizItem.objects.create(quiz=quiz, item=item, sort_order=place)
    simulate(quiz=quiz, learners=LEARNERS)
    return reverse("quizzes_desk:analysis", args=[quiz.pk])


def make_hotspot() -> int:
    """A picture question with one region to be redrawn; its id."""
    from django.core.files.base import ContentFile
    from wagtail.models import Locale

    from pages.models import SiteImage
    from quizzes.models import Item

    image = SiteImage.objects.create(
        title="Chest", file=ContentFile(base64.b64decode(picture(210)), name="chest.png")
    )
    region = {
        "name": "Nodule",
        "shape": "ellipse",
        "coordinates": "64,47 5,6",
        "is_key": True,
        "feedback": "",
    }
    value = {
        "stem": "<p>Mark the nodule.</p>",
        "image": image,
        "image_alt": "Axial CT of the chest",
        "regions": [region],
        "marks": 1,
        "tolerance": 1,
        "aspect": 0.75,
        "explanation": "",
    }
    body = [("hotspot", value)]
    return Item.objects.create(title="Place", locale=Locale.get_default(), body=body).pk


def make_picture_exam() -> dict:
    """A quiz that asks for two places on a picture, and who may take it."""
    from allauth.account.models import EmailAddress

    from quizzes.domain.attempts import start_attempt
    from quizzes.models import Item, Quiz, QuizItem
    from tests import factories

    item = Item.objects.get(pk=make_hotspot())
    value = dict(item.body[0].value)
    cyst = {**dict(value["regions"][0]), "name": "Lung", "coordinates": "37,50 6,18"}
    item.body = [("hotspot", {**value, "regions": [*value["regions"], cyst], "marks": 2})]
    item.save()
    quiz = Quiz.objects.create(title="Places", mode="exam", locale=item.locale)
    QuizItem.objects.create(quiz=quiz, item=item, sort_order=0)
    user = factories.UserFactory(email="finger@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return {"attempt": start_attempt(quiz=quiz, user=user).pk, "email": user.email}


TITLES = ("Fluid", "Nodule", "Dark lesion", "Gadolinium", "Sign", "Fat", "Windows")
MAKERS = {
    "file": bank,
    "quiz": make_quiz,
    "hotspot": make_hotspot,
    "picture-exam": make_picture_exam,
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    import django

    django.setup()
    sys.stdout.write(json.dumps(MAKERS[sys.argv[1]]()))
