"""What happens with cases that other rooms may want to know (`people.facts`)."""

from dataclasses import dataclass

from .models import CaseAnswer


@dataclass(frozen=True)
class CaseAnswered:
    """Somebody with an account has committed an answer to a case."""

    answer: CaseAnswer
