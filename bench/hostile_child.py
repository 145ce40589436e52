"""Probe many files from one process that forks for each: ``python hostile_child.py LIST``.

The list holds a JSON array of [path, container, demuxers] on each line; for each one JSON object
is printed: what the probe printed, and the wait status. Loading the libraries once instead of
for every file is what makes thousands of files affordable; limits and box stay those of a probe.
"""

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

from media.pipeline.probe_child import main as probe

CPU_S, WALL_S = 20, 40


def probe_one(path: str, container: str, demuxers: str) -> dict[str, object]:
    """Fork, probe, and tell what was printed and how the fork ended."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(writer, 1)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        signal.alarm(WALL_S)
        code = 1
        try:
            code = probe([path, container, demuxers])
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001  told instead of the probe
            print("", traceback.format_exc(), file=sys.stdout, flush=True)
        os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as answer:
        printed = answer.read()
    _, status = os.waitpid(child, 0)
    return {"path": path, "printed": printed.strip(), "status": status}


if __name__ == "__main__":
    for line in Path(sys.argv[1]).read_text().splitlines():
        print(json.dumps(probe_one(*json.loads(line))), flush=True)
