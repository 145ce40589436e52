"""Items and their versions, quizzes made of them, attempts at quizzes, the review deck."""

from .attempts import Answer, Attempt, Confidence, RescoredAnswer, Rescoring
from .bank import BloomLevel, Difficulty, Item, ItemVersion, TaggedItem, Topic
from .deck import Review, ReviewCard
from .exchange import QuestionFile
from .quizzes import ExtraTime, Mode, Quiz, QuizDraw, QuizItem, ReviewPolicy

__all__ = [
    "Answer",
    "Attempt",
    "BloomLevel",
    "Confidence",
    "Difficulty",
    "ExtraTime",
    "Item",
    "ItemVersion",
    "Mode",
    "QuestionFile",
    "Quiz",
    "QuizDraw",
    "QuizItem",
    "RescoredAnswer",
    "Rescoring",
    "Review",
    "ReviewCard",
    "ReviewPolicy",
    "TaggedItem",
    "Topic",
]
