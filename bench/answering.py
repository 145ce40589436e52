"""p95 of answering a question with many learners at once, and proof that no answer is lost.

``python -m bench.answering [LEARNERS]`` starts the hub with its own database below a temporary
VIEWBOX_VAR (or on DATABASE_URL), lets every learner take an exam of ten questions over HTTP at the
same time, each answer sent twice as an impatient client would, and counts what is stored. The
baseline, ``bare view``, is the same number of clients asking for /robots.txt.
"""

import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
PORT = int(os.environ.get("PORT", "8377"))
QUESTIONS = 10


def _prepare(learners: int) -> list[tuple[str, int, list[str]]]:
    """Make a quiz and learners with open attempts: (session key, attempt, an option each)."""
    import django  # noqa: PLC0415  after the environment is set

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415
    from wagtail.models import Locale  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415
    from quizzes.domain.attempts import start_attempt  # noqa: PLC0415
    from quizzes.models import Item, Quiz, QuizItem  # noqa: PLC0415

    locale = Locale.get_default()
    quiz = Quiz.objects.create(title="Bench", mode="exam", locale=locale)
    for number in range(QUESTIONS):
        options = [{"text": f"Option {n}", "is_key": n == 0} for n in range(4)]
        value = {"stem": f"<p>Question {number}</p>", "options": options, "explanation": ""}
        body = [("single_best_answer", value)]
        item = Item.objects.create(title=f"Q{number}", locale=locale, body=body)
        QuizItem.objects.create(quiz=quiz, item=item, sort_order=number)
    found = []
    for number in range(learners):
        user = User.objects.create_user(email=f"bench{number}-{time.time_ns()}@example.com")
        attempt = start_attempt(quiz=quiz, user=user)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        answers = attempt.answers.select_related("version").order_by("position")
        chosen = [answer.version.content["options"][number % 4]["id"] for answer in answers]
        found.append((session.session_key or "", attempt.pk, chosen))
    return found


def _serve(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(PORT), "--workers", "2", "hub.wsgi:application"]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _try in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/robots.txt")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.2)
        else:
            return server
    server.terminate()
    raise SystemExit("The hub did not start.")


def _learn(learner: tuple[str, int, list[str]], times: list[float], failures: list[str]) -> None:
    """One learner's exam: every answer is sent twice; the time of the first counts."""
    session, attempt, options = learner
    token = "b" * 32
    cookie = f"sessionid={session}; csrftoken={token}"
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for position, option in enumerate(options, start=1):
        body = urlencode({"option": option, "sequence": 1, "csrfmiddlewaretoken": token})
        for sending in range(2):
            start = time.perf_counter()
            connection.request(
                "POST",
                f"/en/quizzes/attempts/{attempt}/{position}/",
                body,
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                    "Cookie": cookie,
                },
            )
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            if not sending:
                times.append(time.perf_counter() - start)
            if answer.status != 200:
                failures.append(f"{answer.status} {' '.join(text.split())[:120]}")


def _ask_bare(times: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for _question in range(QUESTIONS):
        start = time.perf_counter()
        connection.request("GET", "/robots.txt")
        connection.getresponse().read()
        times.append(time.perf_counter() - start)


def _together(works: list[Callable[[], None]]) -> float:
    threads = [threading.Thread(target=work) for work in works]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def _line(name: str, times: list[float], wall_s: float) -> str:
    cuts = statistics.quantiles(times, n=100)
    return (
        f"{name:<12} p50 {cuts[49] * 1000:7.0f} ms  p95 {cuts[94] * 1000:7.0f} ms  "
        f"worst {max(times) * 1000:7.0f} ms  {len(times) / wall_s:7.1f}/s"
    )


def main() -> None:
    """Print two lines of times and whether every answer is stored once."""
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
        os.environ.setdefault("VIEWBOX_VAR", scratch)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
        people = _prepare(learners)
        server = _serve(dict(os.environ))
        try:
            bare: list[float] = []
            bare_s = _together([lambda: _ask_bare(bare)] * learners)
            times: list[float] = []
            failures: list[str] = []
            wall_s = _together(
                [lambda one=one: _learn(one, times, failures) for one in people]  # type: ignore[misc]
            )
        finally:
            server.terminate()
            server.wait()
        from quizzes.models import Answer  # noqa: PLC0415

        attempts = [attempt for _session, attempt, _options in people]
        stored = Answer.objects.filter(attempt__in=attempts, answered_at__isnull=False).count()
        wrong = sum(
            Answer.objects.get(attempt=attempt, position=position).response != {"option": option}
            for _session, attempt, options in people
            for position, option in enumerate(options, start=1)
        )
    print(f"{learners} learners at once, {QUESTIONS} questions each, every answer sent twice")
    print(_line("bare view", bare, bare_s))
    print(_line("answer", times, wall_s))
    print(f"sent {len(times)}, stored {stored}, wrong {wrong}, refused {len(failures)}")
    for failure in sorted(set(failures))[:5]:
        print(f"  {failure}")


if __name__ == "__main__":
    main()
