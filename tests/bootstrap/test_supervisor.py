import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bootstrap import processes
from bootstrap.places import ROOT
from bootstrap.progress import SetupError
from bootstrap.supervisor import (
    Health,
    Service,
    Supervisor,
    ask_health,
    describe_exit,
    require_free_port,
    restart_wait_s,
)


def wait_until(condition, *, limit_s=10.0):
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def is_alive(pid):
    """Whether a process runs; one that ended and awaits its parent's notice does not."""
    if sys.platform == "linux":
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].strip()
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        command = ["ps", "-o", "stat=", "-p", str(pid)]
        state = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return bool(state) and not state.startswith("Z")


def test_restart_waits_longer_after_each_crash():
    assert [restart_wait_s(crashes) for crashes in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


def test_exit_is_described_by_code_or_signal():
    assert (describe_exit(3), describe_exit(-9)) == ("exit code 3", "SIGKILL")


@pytest.fixture
def undertaker():
    undertaker = processes.Undertaker()
    yield undertaker
    undertaker.dismiss()


def test_service_that_crashed_starts_again_after_its_wait(undertaker):
    service = Service("worker", [sys.executable, "-c", "raise SystemExit(3)"], dict(os.environ))
    service.tend(0.0, undertaker)
    first = service.process
    first.wait()

    service.tend(1.0, undertaker)
    service.tend(1.9, undertaker)
    before_due = service.process
    service.tend(2.0, undertaker)
    second = service.process
    second.wait()
    service.tend(2.1, undertaker)

    assert before_due is None
    assert second.pid != first.pid
    assert (service.crashes, service.due_at) == (2, 4.1)


def test_service_that_ran_long_is_forgiven_its_earlier_crashes(undertaker):
    service = Service("worker", ["true"], dict(os.environ), crashes=5)
    service.tend(0.0, undertaker)
    service.process.wait()

    service.tend(61.0, undertaker)

    assert (service.crashes, service.due_at) == (1, 62.0)


def test_end_kills_what_does_not_listen_and_its_children():
    script = (
        "import signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen(['sleep', '60']).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = processes.start([sys.executable, "-c", script], stdout=subprocess.PIPE)
    grandchild = int(process.stdout.readline())

    processes.end(process, patience_s=0.2)

    assert process.returncode == -signal.SIGKILL
    wait_until(lambda: not is_alive(grandchild))


def test_supervisor_killed_outright_leaves_no_process_behind():
    script = (
        "import os, time\n"
        "from bootstrap import processes\n"
        "undertaker = processes.Undertaker(patience_s=0.5)\n"
        "service = processes.start(['sh', '-c', 'sleep 60 & echo $! ; wait'])\n"
        "undertaker.watch(service.pid)\n"
        "os.write(1, f'{service.pid}\\n'.encode())\n"
        "time.sleep(60)\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    pids = [int(supervisor.stdout.readline()) for _ in range(2)]

    supervisor.kill()
    supervisor.wait()

    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_port_in_use_is_refused_with_another_one_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(SetupError) as error:
            require_free_port("127.0.0.1", port)

    assert str(error.value) == (
        f"Port {port} on 127.0.0.1 cannot be used (Address already in use). "
        f"Choose another: PORT={port + 1} make run"
    )


@pytest.fixture
def answer_with():
    servers = []

    def start(status, body=b""):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Keep the test's output quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/healthz"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_health_is_good_on_200(answer_with):
    assert ask_health(answer_with(200)) == Health(answers=True)


def test_health_names_the_parts_that_are_down(answer_with):
    url = answer_with(503, b'{"database": true, "worker": false, "ffmpeg": false}')

    assert ask_health(url) == Health(answers=True, down=("ffmpeg", "worker"))


def test_health_of_an_error_page_blames_the_web_server(answer_with):
    assert ask_health(answer_with(500, b"<h1>Error</h1>")) == Health(
        answers=True, down=("the web server",)
    )


def test_health_waits_while_nobody_listens():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    assert ask_health(f"http://127.0.0.1:{port}/healthz") == Health(answers=False)


@pytest.fixture
def supervise():
    """A supervisor of a web server at an address, and the health that it announced."""

    def make(url, *, crashes=0):
        announced = []
        web = Service("web server", ["true"], {}, crashes=crashes)
        return Supervisor([web], url, announced.append), announced

    return make


def test_a_server_that_answers_is_announced(supervise, answer_with):
    supervisor, announced = supervise(answer_with(200))

    assert supervisor.look_whether_ready(waited_s=1)
    assert announced == [Health(answers=True)]


def test_a_part_that_is_down_is_given_time_before_it_is_announced(supervise, answer_with):
    supervisor, announced = supervise(answer_with(503, b'{"worker": false}'))

    assert not supervisor.look_whether_ready(waited_s=19)
    assert supervisor.look_whether_ready(waited_s=21)
    assert announced == [Health(answers=True, down=("worker",))]


def test_a_slow_server_is_waited_for_and_said_so_once(supervise, capsys):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        supervisor, announced = supervise(f"http://127.0.0.1:{unused.getsockname()[1]}/healthz")

    for waited_s in (59, 61, 600):
        assert not supervisor.look_whether_ready(waited_s=waited_s)

    assert announced == []
    assert capsys.readouterr().out.count("still starting") == 1


def test_a_server_that_keeps_ending_is_not_waited_for(supervise, answer_with):
    supervisor, _announced = supervise(answer_with(200), crashes=3)

    with pytest.raises(SetupError, match="does not start"):
        supervisor.look_whether_ready(waited_s=1)
