"""p95 of answering a question with many learners at once, and proof that no answer is lost.

``python -m bench answering [--learners 50] [--database sqlite|postgres] [--pause 0]`` starts the
hub as `make run` serves it, with a database of its own, lets every learner take an exam and a
practice quiz of ten questions over HTTP at the same time, each answer sent twice as an impatient
client would, and counts what is stored. ``--pause`` is the mean time, in seconds, that a learner
thinks; 0 is everybody clicking as fast as answers come back, which no course does: then the
machine is full and the times are those of its queue. The baseline, ``bare view``, is the same
clients asking for /robots.txt in the same rhythm.
"""

import argparse
import http.client
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.kills_arena import Postgres, Sqlite  # noqa: E402
from bootstrap.commands import web_command  # noqa: E402

QUESTIONS = 10
MODES = ("exam", "practice")
_STARTS_WITHIN_S = 300.0


@dataclass(frozen=True)
class Learner:
    """Somebody signed in, with an open attempt and the option to choose at each place."""

    session: str
    attempt: int
    options: list[str]
    seed: int


@dataclass(frozen=True)
class Rush:
    """What came of many clients at once: seconds each request took, all in all, and refusals."""

    times: list[float]
    wall_s: float
    failures: list[str]

    def p95_ms(self) -> float:
        return 1000 * statistics.quantiles(self.times, n=100)[94]


def _prepare(*, mode: str, learners: int) -> list[Learner]:
    """Make a quiz of that mode, and learners with open attempts at it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from wagtail.models import Locale  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415
    from quizzes.domain.attempts import start_attempt  # noqa: PLC0415
    from quizzes.models import Item, Quiz, QuizItem  # noqa: PLC0415

    locale = Locale.get_default()
    quiz = Quiz.objects.create(title=f"Bench {mode}", mode=mode, locale=locale)
    for number in range(QUESTIONS):
        options = [{"text": f"Option {n}", "is_key": n == 0} for n in range(4)]
        value = {"stem": f"<p>Question {number}</p>", "options": options, "explanation": ""}
        body = [("single_best_answer", value)]
        item = Item.objects.create(title=f"Q{number}", locale=locale, body=body)
        QuizItem.objects.create(quiz=quiz, item=item, sort_order=number)
    found = []
    for number in range(learners):
        user = User.objects.create_user(email=f"{mode}{number}@example.com")
        attempt = start_attempt(quiz=quiz, user=user)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        answers = attempt.answers.select_related("version").order_by("position")
        chosen = [answer.version.content["options"][number % 4]["id"] for answer in answers]
        found.append(Learner(session.session_key or "", attempt.pk, chosen, seed=number))
    return found


class Hub:
    """The web server as `make run` starts it."""

    def __init__(self, scratch: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = scratch / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                web_command("127.0.0.1", self.port, os.environ), cwd=ROOT, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                ask_bare(self.connect())
            except OSError:
                time.sleep(0.2)
            else:
                return
        self.close()
        raise SystemExit(f"The hub did not start:\n{self.log.read_text()[-2000:]}")

    def connect(self) -> http.client.HTTPConnection:
        """A client of its own, which keeps its connection."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def close(self) -> None:
        """End the server and wait for it."""
        self.process.terminate()
        self.process.wait()


def ask_bare(connection: http.client.HTTPConnection) -> tuple[int, str]:
    """The baseline: a view that asks the database nothing."""
    connection.request("GET", "/robots.txt")
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def give_answer(
    connection: http.client.HTTPConnection, learner: Learner, place: int
) -> tuple[int, str]:
    """Send one answer as the page's script does."""
    token = "b" * 32
    connection.request(
        "POST",
        f"/en/quizzes/attempts/{learner.attempt}/{place + 1}/",
        urlencode({"option": learner.options[place], "sequence": 1, "csrfmiddlewaretoken": token}),
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Cookie": f"sessionid={learner.session}; csrftoken={token}",
        },
    )
    answer = connection.getresponse()
    return answer.status, answer.read().decode(errors="replace")


def rush(
    *,
    hub: Hub,
    learners: list[Learner],
    ask: Callable[[http.client.HTTPConnection, Learner, int], tuple[int, str]],
    again: bool,
    pause_s: float,
) -> Rush:
    """All learners at once; with `again` every request is sent twice, the first one counts."""
    times: list[float] = []
    failures: list[str] = []

    def go_through(learner: Learner) -> None:
        chance, connection = random.Random(learner.seed), hub.connect()
        for place in range(QUESTIONS):
            time.sleep(chance.uniform(0, 2 * pause_s))
            start = time.perf_counter()
            status, text = ask(connection, learner, place)
            times.append(time.perf_counter() - start)
            statuses = [status, ask(connection, learner, place)[0]] if again else [status]
            if statuses != [200] * len(statuses):
                failures.append(f"{statuses} {' '.join(text.split())[:120]}")

    threads = [threading.Thread(target=go_through, args=(one,)) for one in learners]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Rush(times=times, wall_s=time.perf_counter() - start, failures=failures)


def _line(name: str, found: Rush, bare: Rush) -> str:
    cuts = statistics.quantiles(found.times, n=100)
    return (
        f"{name:<10} p50 {cuts[49] * 1000:6.0f} ms  p95 {found.p95_ms():6.0f} ms  "
        f"worst {max(found.times) * 1000:6.0f} ms  {len(found.times) / found.wall_s:7.1f}/s  "
        f"p95 is {found.p95_ms() / bare.p95_ms():6.1f} × bare"
    )


def _losses(learners: list[Learner], found: Rush) -> str:
    """What is stored against what was sent; ends the bench with an error where they differ."""
    from quizzes.models import Answer, Review  # noqa: PLC0415

    attempts = [learner.attempt for learner in learners]
    stored = Answer.objects.filter(attempt__in=attempts, answered_at__isnull=False)
    wanted = {
        (learner.attempt, place): {"option": option}
        for learner in learners
        for place, option in enumerate(learner.options, start=1)
    }
    kept = {(one.attempt_id, one.position): one.response for one in stored}
    lost = sum(kept.get(place) != response for place, response in wanted.items())
    reviews = Review.objects.filter(card__user__attempts__in=attempts).count()
    return (
        f"           sent {len(found.times)} (twice), stored {len(kept)}, lost or wrong {lost}, "
        f"refused {len(found.failures)}, reviews in decks {reviews}"
    )


def measure(*, learners: int, pause_s: float, scratch: Path) -> None:
    """Print a line for the bare view and two for each mode."""
    everybody = {mode: _prepare(mode=mode, learners=learners) for mode in MODES}
    hub = Hub(scratch)
    try:
        bare = rush(
            hub=hub,
            learners=everybody["exam"],
            ask=lambda connection, _learner, _place: ask_bare(connection),
            again=False,
            pause_s=pause_s,
        )
        print(_line("bare view", bare, bare))
        for mode, people in everybody.items():
            found = rush(hub=hub, learners=people, ask=give_answer, again=True, pause_s=pause_s)
            print(_line(mode, found, bare))
            print(_losses(people, found))
            for failure in sorted(set(found.failures))[:5]:
                print(f"  {failure}")
    finally:
        hub.close()


def main() -> None:
    """Read the command line and measure on a database of the bench's own."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learners", type=int, default=50)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--pause", type=float, default=0.0, help="mean seconds of thinking")
    chosen = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="viewbox-answering-", dir="/tmp"))
    database = Postgres(scratch) if chosen.database == "postgres" else Sqlite(scratch)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "hub.settings.development",
        "DATABASE_URL": database.address,
        "VIEWBOX_VAR": str(scratch / "var"),
    }
    try:
        if chosen.database == "postgres":
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True
            )
        import django  # noqa: PLC0415  after the environment is set

        django.setup()
        from django.db import connections  # noqa: PLC0415

        print(
            f"{chosen.database}: {chosen.learners} learners at once, {QUESTIONS} questions each, "
            f"{chosen.pause:g} s of thinking"
        )
        measure(learners=chosen.learners, pause_s=chosen.pause, scratch=scratch)
        connections.close_all()
    finally:
        database.close()
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
