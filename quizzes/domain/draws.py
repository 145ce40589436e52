"""Which items an attempt gets: those set, and those drawn by topic."""

import random
from collections.abc import Sequence

from django.db.models import Q

from quizzes.models import Item, Quiz


class NotEnoughItems(Exception):
    """The bank has fewer items of a topic than the quiz draws."""


def lay_out(*, quiz: Quiz, seed: int) -> list[Item]:
    """The items of one attempt in their order; the same for the same seed and bank.

    Raises `NotEnoughItems` with the topic. Four queries however many draws there are.
    """
    rng = random.Random(seed)  # noqa: S311  a lottery, no secret: the seed is kept
    places = quiz.quiz_items.select_related("item").order_by("sort_order")
    items = [place.item for place in places]
    items += _drawn(quiz=quiz, taken={item.pk for item in items}, rng=rng)
    if quiz.shuffle_items:
        rng.shuffle(items)
    return items


def _drawn(*, quiz: Quiz, taken: set[int], rng: random.Random) -> Sequence[Item]:
    draws = list(quiz.draws.select_related("topic").order_by("sort_order"))
    if not draws:
        return []
    by_topic: dict[int, list[int]] = {draw.topic_id: [] for draw in draws}
    tagged = (
        Item.objects.filter(locale_id=quiz.locale_id, topics__in=by_topic)
        .filter(Q(department_id=quiz.department_id) | Q(is_shared=True))
        .order_by("pk")
        .values_list("topics", "pk")
        .distinct()
    )
    for topic_id, item_id in tagged:
        by_topic[topic_id].append(item_id)
    chosen: list[int] = []
    for draw in draws:
        free = [one for one in by_topic[draw.topic_id] if one not in taken]
        if len(free) < draw.count:
            raise NotEnoughItems(draw.topic.name)
        picked = rng.sample(free, draw.count)
        taken.update(picked)
        chosen += picked
    found = Item.objects.in_bulk(chosen)
    return [found[pk] for pk in chosen]
