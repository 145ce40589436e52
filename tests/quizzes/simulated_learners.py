"""Many learners who take a quiz as item response theory says they would; seeded.

Right with the probability of the two-parameter logistic model (Birnbaum, in Lord & Novick,
"Statistical theories of mental test scores", 1968). What they choose else, how long they take and
how sure they are follow from the same ability. Written in bulk, but scored by the item types.
"""

import datetime as dt
import math
import random
from typing import Any

from django.utils import timezone

from people.models import User
from quizzes import item_types
from quizzes.domain.attempts import settle_result
from quizzes.domain.draws import lay_out
from quizzes.domain.versions import current_versions
from quizzes.models import Answer, Attempt, ItemVersion, Quiz


def simulate(*, quiz: Quiz, learners: int = 2000, seed: int = 1) -> int:
    """Have `learners` take the quiz once each; returns how many attempts were made."""
    chance = random.Random(seed)
    versions = list(current_versions(lay_out(quiz=quiz, seed=seed)).values())
    hardness = [chance.uniform(-1.5, 1.5) for _version in versions]
    users = User.objects.bulk_create(
        User(email=f"simulated-{quiz.pk}-{number}@example.com", password="!")
        for number in range(learners)
    )
    start = timezone.now() - dt.timedelta(days=30)
    attempts, answers = [], []
    for user in users:
        ability = chance.gauss(0, 1)
        attempt = Attempt(
            user=user,
            quiz=quiz,
            number=1,
            pass_mark_percent=quiz.pass_mark_percent,
            mode=quiz.mode,
            started_at=start + dt.timedelta(minutes=chance.randrange(40_000)),
        )
        own = [
            _answer(attempt, place, version, ability - b, chance)
            for place, (version, b) in enumerate(zip(versions, hardness, strict=True), start=1)
        ]
        settle_result(attempt=attempt, answers=own)
        attempt.finished_at = own[-1].answered_at
        attempts.append(attempt)
        answers += own
    Attempt.objects.bulk_create(attempts, batch_size=500)
    Answer.objects.bulk_create(answers, batch_size=500)
    return len(attempts)


def _answer(
    attempt: Attempt, place: int, version: ItemVersion, margin: float, chance: random.Random
) -> Answer:
    knows = chance.random() < 1 / (1 + math.exp(-1.4 * margin))
    item_type, content = item_types.get(version.item_type), version.content
    response = item_type.key(content) if knows else _wrong(version, chance)
    score = item_type.score(content, response)
    seen = attempt.started_at + dt.timedelta(seconds=60 * place)
    took_s = min(55, chance.lognormvariate(3 - margin / 4, 0.4))
    sure = (95, 75, 50, 25)[min(3, max(0, round(1.5 - margin + chance.gauss(0, 0.8))))]
    return Answer(
        attempt=attempt,
        position=place,
        version=version,
        response=response,
        points=score.points,
        possible=score.possible,
        confidence=sure,
        shown_at=seen,
        answered_at=seen + dt.timedelta(seconds=took_s),
    )


def _wrong(version: ItemVersion, chance: random.Random) -> dict[str, Any]:
    """An answer that is not the key, as somebody gives it who does not know."""
    question = item_types.get(version.item_type).question(version.content)
    options = [one["id"] for one in question.get("options", [])]
    key = item_types.get(version.item_type).key(version.content)
    if "option" in key:
        # Distractors draw unequally, as they do in life.
        others = [one for one in options if one != key["option"]]
        weights = [2.0 / (place + 1) for place in range(len(others))]
        return {"option": chance.choices(others, weights)[0]}
    if "options" in key:
        return {"options": chance.sample(options, chance.randint(1, len(options)))}
    if "statements" in key:
        return {"statements": {id_: chance.random() < 0.5 for id_ in key["statements"]}}
    if "choices" in key:
        return {"choices": {id_: chance.choice(options) for id_ in key["choices"]}}
    if "order" in key:
        return {"order": chance.sample(key["order"], len(key["order"]))}
    if "points" in key:
        return {"points": [[round(chance.uniform(0, 100), 1), round(chance.uniform(0, 100), 1)]]}
    if "gaps" in key:
        return {"gaps": dict.fromkeys(key["gaps"], "oedema")}
    return key | ({"number": str(chance.randint(100, 900))} if "number" in key else {"text": "fat"})
