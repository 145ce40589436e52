"""A small learning record store: checks what a store checks, keeps statements, can be down."""

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "lrs-key", "lrs-secret"
# IEEE 9274.1.1, 4.2.2: whatever else stands in a statement is refused.
PROPERTIES = {"id", "actor", "verb", "object", "result", "context", "timestamp"}
RESULT = {"score", "success", "completion", "response", "duration", "extensions"}
CONTEXT = {"registration", "platform", "contextActivities", "extensions", "language"}


@dataclass
class RecordStore:
    """`kept` by statement id; `asked` counts requests; `forget_answers` drops the line after
    storing, as a broken connection does."""

    url: str = ""
    kept: dict[str, dict] = field(default_factory=dict)
    asked: int = 0
    is_down: bool = False
    forgets_to_answer: bool = False

    def put(self, query: dict[str, list[str]], headers: Any, body: bytes) -> int:
        if self.is_down:
            return 503
        token = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if headers["Authorization"] != f"Basic {token}":
            return 401
        if headers["X-Experience-API-Version"] != "1.0.3":
            return 400
        statement = json.loads(body)
        if query["statementId"] != [statement["id"]] or not is_statement(statement):
            return 400
        known = self.kept.setdefault(statement["id"], statement)
        return 204 if known == statement else 409

    def verbs(self) -> list[str]:
        return [statement["verb"]["display"]["en"] for statement in self.kept.values()]


def is_statement(statement: dict) -> bool:
    """Whether a store would take it: shape, ids, times, IRIs, scores within their bounds."""
    uuid.UUID(statement["id"])
    datetime.fromisoformat(statement["timestamp"])
    account = statement["actor"]["account"]
    score = statement.get("result", {}).get("score", {})
    extensions = [
        *statement.get("result", {}).get("extensions", {}),
        *statement.get("context", {}).get("extensions", {}),
    ]
    iris = [
        statement["verb"]["id"],
        statement["object"]["id"],
        statement["object"]["definition"]["type"],
        account["homePage"],
        *extensions,
    ]
    return (
        set(statement) <= PROPERTIES
        and set(statement["actor"]) == {"objectType", "account"}
        and set(statement.get("result", {})) <= RESULT
        and set(statement.get("context", {})) <= CONTEXT
        and all(iri.startswith(("http://", "https://")) for iri in iris)
        and -1 <= score.get("scaled", 0) <= 1
        and score.get("min", 0) <= score.get("raw", 0) <= score.get("max", score.get("raw", 0))
    )


@contextmanager
def running_store() -> Iterator[RecordStore]:
    store = RecordStore()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Quiet."""

        def do_PUT(self) -> None:
            store.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = store.put(parse_qs(urlsplit(self.path).query), self.headers, body)
            if store.forgets_to_answer:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_address[1]}/xapi"
    threading.Thread(target=server.serve_forever, daemon=True, args=(0.05,)).start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
