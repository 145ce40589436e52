"""Items and their versions, quizzes made of them, attempts at quizzes, the review deck."""

from .attempts import Answer, Attempt, Confidence, RescoredAnswer, Rescoring
from .bank import BloomLevel, Difficulty, Item, ItemVersion, TaggedItem, Topic
from .deck import DeckFit, Review, ReviewCard, ReviewReminder
from .exchange import QuestionFile
from .outages import HubBeat, Outage
from .quizzes import ExtraTime, Mode, Quiz, QuizDraw, QuizItem, ReviewPolicy

__all__ = [
    "Answer",
    "Attempt",
    "BloomLevel",
    "Confidence",
    "DeckFit",
    "Difficulty",
    "ExtraTime",
    "HubBeat",
    "Item",
    "ItemVersion",
    "Mode",
    "Outage",
    "QuestionFile",
    "Quiz",
    "QuizDraw",
    "QuizItem",
    "RescoredAnswer",
    "Rescoring",
    "Review",
    "ReviewCard",
    "ReviewPolicy",
    "ReviewReminder",
    "TaggedItem",
    "Topic",
]
