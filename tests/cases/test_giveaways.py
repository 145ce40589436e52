"""An author is told where the open part of a case names the diagnosis."""

from cases.domain.giveaways import giveaways
from cases.models import CasePage


def case(**fields) -> CasePage:
    texts = {
        "title": "Headache after a fall",
        "slug": "headache-after-a-fall",
        "history": "<p>Fell from a bicycle.</p>",
        "final_diagnosis": "Acute epidural haematoma of the left convexity",
    }
    return CasePage(**(texts | fields))


def test_a_neutral_case_is_not_spoken_of():
    assert giveaways(case()) == []


def test_words_of_the_diagnosis_are_found_in_title_address_and_history():
    found = giveaways(
        case(
            title="Two haematomas",
            slug="epidural-bleeding",
            history="<p>Known <b>epidural</b> catheter.</p>",
        )
    )
    assert [words for _field, words in found] == [["haematoma"], ["epidural"], ["epidural"]]


def test_the_title_once_solved_counts_as_telling_and_word_forms_are_recognised():
    found = giveaways(
        case(title="Опухоли лёгкого", final_diagnosis="", telling_title="Опухоль лёгкого")
    )
    assert found[0][1] == ["легкого", "опухоль"]
