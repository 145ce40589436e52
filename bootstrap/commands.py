"""The commands behind `make`: each says what it does, each may be repeated at will."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from . import (
    browser,
    catalogues,
    checks,
    database,
    debian,
    frontend,
    postgres,
    processes,
    python_env,
)
from .places import REQUIREMENTS, ROOT, VENV, VENV_PYTHON, var_dir
from .progress import SetupError, complain, run_quietly, say, step
from .supervisor import Health, Service, Supervisor, require_free_port

Arguments = list[str]
T = TypeVar("T")
WORKERS = ("-n", "auto", "--dist", "loadscope")
UNIVERSAL = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")


@dataclass(frozen=True)
class Command:
    """A command of ours: the lock it needs, and what it does."""

    lock: str
    action: Callable[[Arguments], int]


def dispatch(arguments: Arguments) -> int:
    """Run one command, ours or Django's, in the environment it needs; returns the exit code."""
    name = arguments[0] if arguments else "help"
    try:
        if name in COMMANDS:
            python_env.ensure(COMMANDS[name].lock)
            python_env.enter(arguments)
            rest = [argument for argument in arguments[1:] if argument != "--"]
            return COMMANDS[name].action(rest)
        return _django(arguments)
    except SetupError as error:
        return complain(error)
    except KeyboardInterrupt:
        return 130


def _django(arguments: Arguments) -> int:
    """Django's own commands: in `.venv`, or in whichever environment already has Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    if not python_env.inside():
        try:
            import django  # noqa: F401  only to learn whether it is there
        except ImportError:
            python_env.ensure("base")
            python_env.enter(arguments)
    from django.core.management import execute_from_command_line

    if not arguments or arguments[0] in ("help", "--help", "-h"):
        say(HELP)
    execute_from_command_line(["manage.py", *arguments])
    return 0


# --- run ----------------------------------------------------------------------------------------


def run(arguments: Arguments) -> int:
    """Set up what is missing, then serve until told to stop."""
    _refuse(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings.development")
    os.environ["VIEWBOX_VAR"] = str(var_dir())
    host, port = address()
    require_free_port(host, port)
    say("Viewbox: setting up what is missing")
    with ThreadPoolExecutor(1) as beside:
        migrating = beside.submit(database.migrate)
        frontend.build()
        catalogues.compile_all()
        migrated = _finished("database", migrating)
    with_demo = wants_demo(os.environ)
    if with_demo:
        database.load_demo(migrated)

    shown_host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared
    url = f"http://{shown_host}:{port}/"

    def announce(health: Health) -> None:
        say()
        if with_demo:
            database.print_accounts()
            say()
        if health.down:
            say(f"Not working yet: {', '.join(health.down)} (see {url}healthz)")
        say(f"Viewbox is ready at {url}   Ctrl-C stops it.")

    say("  starting web server and worker")
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    supervisor = Supervisor(
        services=[
            Service("web server", web_command(host, port, os.environ), env),
            Service("worker", [str(VENV_PYTHON), str(ROOT / "manage.py"), "worker"], env),
        ],
        health_url=f"{url}healthz",
        when_ready=announce,
    )
    code = supervisor.run()
    say("Viewbox has stopped.")
    return code


def _finished(label: str, work: Future[T]) -> T:
    """The result of work done beside other steps; a step of its own only when one has to wait."""
    if work.done():
        return work.result()
    with step(label):
        return work.result()


def _refuse(arguments: Arguments) -> None:
    if arguments:
        raise SetupError(f"This command takes no arguments: {' '.join(arguments)}")


def address() -> tuple[str, int]:
    """`HOST` and `PORT` of the environment.

    Raises:
        SetupError: PORT is no port.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SetupError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return os.environ.get("HOST") or "127.0.0.1", int(text)


def wants_demo(environment: os._Environ[str] | dict[str, str]) -> bool:
    """Demo content is loaded unless `VIEWBOX_DEMO=0`, and never under the production settings."""
    if environment.get("DJANGO_SETTINGS_MODULE", "").endswith("production"):
        return False
    return environment.get("VIEWBOX_DEMO", "1") not in ("0", "no", "false")


def web_command(host: str, port: int, environment: os._Environ[str] | dict[str, str]) -> list[str]:
    """granian's command line: two processes of four threads unless the environment says else."""
    return [
        *(str(VENV / "bin" / "granian"), "--interface", "wsgi", "--host", host),
        *("--port", str(port), "--workers", environment.get("VIEWBOX_WEB_WORKERS") or "2"),
        *("--blocking-threads", environment.get("VIEWBOX_WEB_THREADS") or "4"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"),
        "hub.wsgi:application",
    ]


def build(arguments: Arguments) -> int:
    """What a release needs before it is served: packages, front end, translations."""
    _refuse(arguments)
    frontend.build()
    catalogues.compile_all()
    say("Built.")
    return 0


# --- test and lint ------------------------------------------------------------------------------


def lint(arguments: Arguments) -> int:
    """Every check without running the product."""
    _refuse(arguments)
    frontend.build()
    failed = _checks()
    if failed:
        return complain(f"Found something: {', '.join(failed)}")
    return 0


def test(arguments: Arguments) -> int:
    """Checks, then tests; with arguments only the tests those select."""
    with ThreadPoolExecutor(1) as beside:
        migrating = beside.submit(database.make_template)
        frontend.build()
        catalogues.compile_all()
        env = _test_environment(browser.browser_environment())
        failed = [] if arguments else _checks()
        _finished("database for the tests", migrating)
    if arguments:
        return _pytest(arguments, env)
    say("Tests")
    env[checks.FAILED] = ", ".join(failed)
    code = _pytest([*WORKERS, "-p", "bootstrap.checks"], env)
    return code or int(bool(failed))


def coverage(arguments: Arguments) -> int:
    """The tests, measured: apart from `test`, since measuring makes them half as slow again."""
    frontend.build()
    catalogues.compile_all()
    env = _test_environment(browser.browser_environment())
    return _pytest(arguments or list(WORKERS), env, measured=True)


def _checks() -> list[str]:
    say("Checks")
    return checks.run_all()


# Tests that say nothing new about another database: they ask none, or only what others ask too.
LEFT_OUT_ON_POSTGRES = (
    "tests/bootstrap",
    "tests/cases/deidentification",
    "tests/hub/test_phantom.py",
    "tests/hub/test_demo.py",
    "tests/hub/test_demo_lectures.py",
    "tests/hub/test_demo_stack.py",
    "tests/media/attacks",
    "tests/media/captions",
    "tests/media/kills",
    "tests/media/mutations",
    "tests/media/oddities",
    "tests/media/pipeline",
    "tests/media/test_crash.py",
    "tests/media/test_decks.py",
    "tests/media/uploads/test_server.py",
)


def test_postgres(arguments: Arguments) -> int:
    """Run what asks a database on a throw-away PostgreSQL; browser journeys when asked for."""
    frontend.build()
    catalogues.compile_all()
    left_out = [f"--ignore={place}" for place in LEFT_OUT_ON_POSTGRES]
    chosen = arguments or [*WORKERS, "-m", "not journey and not thorough", *left_out]
    with postgres.throw_away_server() as url:
        return _pytest(chosen, _test_environment({"DATABASE_URL": url}))


def _test_environment(extra: dict[str, str]) -> dict[str, str]:
    unwanted = ("DATABASE_URL", "CACHE_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "VIEWBOX_VAR": str(var_dir()), **extra}


def _pytest(arguments: Arguments, env: dict[str, str], *, measured: bool = False) -> int:
    command = [str(VENV_PYTHON), "-m", "pytest", *arguments]
    if measured:
        env = {**env, "COVERAGE_FILE": str(var_dir() / "coverage" / "data")}
        (var_dir() / "coverage").mkdir(exist_ok=True)
        command[1:2] = ["-m", "coverage", "run", "-m"]
        command += ["-p", "bootstrap.coverage_by_app"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        preexec_fn=processes.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509  no threads here
    )
    try:
        return process.wait()
    except KeyboardInterrupt:  # the terminal sent it to pytest too: let it sum up
        return process.wait()


# --- lock, messages, bench, screens --------------------------------------------------------------


def lock(arguments: Arguments) -> int:
    """Write the lock files anew from pyproject.toml; `--upgrade` takes the newest releases.

    Without addresses on purpose: a lock then works with every mirror of the package index.
    """
    uv = python_env.find_uv()
    if uv is None:
        python_env.ensure("base", "uv")
        uv = python_env.find_uv() or VENV / "bin" / "uv"
    pyproject = "pyproject.toml"
    sources = {
        "base": [pyproject],
        "test": [pyproject, "--group", "test", "--constraints", "requirements/base.lock"],
        "node": ["--group", "node"],
        "uv": ["requirements/uv.in"],
    }
    for name, source in sources.items():
        with step(f"requirements/{name}.lock"):
            run_quietly(
                [
                    *(uv, "pip", "compile", "--quiet", *source, *UNIVERSAL, *arguments),
                    *("-o", REQUIREMENTS.relative_to(ROOT) / f"{name}.lock"),
                ],
                failure=f"{name}.lock could not be resolved.",
                cwd=ROOT,
                env=python_env.uv_environment(),
            )
    return 0


def messages(arguments: Arguments) -> int:
    """Collect translatable strings into `locale/`; needs GNU gettext, which running does not."""
    _refuse(arguments)
    if shutil.which("xgettext") is None:
        debian.need("gettext", for_what="make messages")
    languages = [path.name for path in (ROOT / "locale").glob("*") if path.is_dir()]
    with step("messages"):
        run_quietly(
            [VENV_PYTHON, "manage.py", "makemessages", "--no-obsolete", "--add-location=file"]
            + [f"--locale={language}" for language in languages]
            + [f"--ignore={folder}" for folder in (".venv", "var", "frontend", "tests")],
            failure="The messages could not be collected.",
            cwd=ROOT,
        )
    catalogues.compile_all()
    return 0


def bench(arguments: Arguments) -> int:
    """Measurements of `bench/`."""
    return _tool("bench", arguments)


def screens(arguments: Arguments) -> int:
    """Screenshots into `docs/screenshots/`."""
    return _tool("tests.screens", arguments)


def _tool(module: str, arguments: Arguments) -> int:
    frontend.build()
    catalogues.compile_all()
    env = {**os.environ, **browser.browser_environment(), "VIEWBOX_VAR": str(var_dir())}
    command = [str(VENV_PYTHON), "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


COMMANDS = {
    "run": Command("base", run),
    "build": Command("base", build),
    "test": Command("test", test),
    "test-postgres": Command("test", test_postgres),
    "coverage": Command("test", coverage),
    "lint": Command("test", lint),
    "lock": Command("base", lock),
    "messages": Command("test", messages),
    "bench": Command("test", bench),
    "screens": Command("test", screens),
}

HELP = """Viewbox
  run             set up what is missing, then serve (PORT, HOST, VIEWBOX_VAR)
  build           packages, front end and translations, without serving (for releases)
  test            checks and all tests; `test -- ARGS` hands ARGS to pytest instead
  test-postgres   the tests on a throw-away PostgreSQL
  coverage        all tests with coverage by app; `coverage -- ARGS` measures a selection
  lint            the checks alone
  lock            write requirements/*.lock anew (`lock --upgrade` for newest releases)
  messages        collect translatable strings into locale/
  bench, screens  measurements, screenshots
"""
