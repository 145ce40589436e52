"""A learning platform of our own: real keys, a key set and grade service served over HTTP.

It does what Moodle and Canvas do: starts launches, signs tokens, checks what the tool signs
against the tool's key set, and keeps scores. It can be down, and it can be made to lie.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/"
ROSTER_SCOPE = f"{ROSTER}scope/contextmembership.readonly"
PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOOL_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = [f"{AGS}scope/lineitem", f"{AGS}scope/score"]
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
# One key for all tests: making it takes the better part of a second.
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class PlatformEmulator:
    """`tool_keys` returns the tool's key set, as the platform would fetch it."""

    url: str = ""
    client_id: str = "viewbox-tool"
    deployment: str = "1"
    kid: str = "platform-1"
    tool_keys: Any = None
    is_down: bool = False
    scores: list[dict] = field(default_factory=list)
    score_paths: list[str] = field(default_factory=list)
    line_items: list[dict] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    assertions: set[str] = field(default_factory=set)
    has_column: bool = True
    tool_url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    # What it registered tools with, and whom it says is in the course, in pages of so many.
    registered: list[dict] = field(default_factory=list)
    registration_token: str = "once-only"
    configuration: dict[str, Any] = field(default_factory=dict)
    names_deployment: bool = True
    members: list[dict] = field(default_factory=list)
    members_a_page: int = 2
    next_page_at: str = ""

    @property
    def registration(self) -> dict[str, str]:
        return {
            "name": "Moodle of the Testing Hospital",
            "issuer": self.url,
            "client_id": self.client_id,
            "deployment_ids": self.deployment,
            "login_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "key_set_url": f"{self.url}/keys",
        }

    def claims(self, *, nonce: str, target: str, subject: str = "moodle-42", **more: Any) -> dict:
        """What a launch of a resource link says; `more` replaces, None leaves out."""
        now = int(time.time())
        service: dict[str, Any] = {"scope": SCOPES, "lineitems": f"{self.url}/items?type=1"}
        if self.has_column:
            service["lineitem"] = f"{self.url}/items/7/lineitem?type_id=1"
        said = {
            "iss": self.url,
            "aud": self.client_id,
            "sub": subject,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "given_name": "Amina",
            "family_name": "Otieno",
            "email": "amina@example.com",
            f"{LTI}version": "1.3.0",
            f"{LTI}message_type": "LtiResourceLinkRequest",
            f"{LTI}deployment_id": self.deployment,
            f"{LTI}target_link_uri": target,
            f"{LTI}resource_link": {"id": "link-1", "title": "Chest course"},
            f"{LTI}roles": [LEARNER],
            f"{AGS}claim/endpoint": service,
            f"{ROSTER}claim/namesroleservice": {
                "context_memberships_url": f"{self.url}/members?course=5",
                "service_versions": ["2.0"],
            },
        } | more
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, claims: dict, *, key: Any = KEY, kid: str = "") -> str:
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid or self.kid})

    # --- Its pages, for a browser

    def course_page(self, target: str) -> str:
        """A page of a course there, which shows the tool in a frame."""
        asked = {
            "iss": self.url,
            "login_hint": "hint-7",
            "target_link_uri": self.tool_url + target,
            "client_id": self.client_id,
        }
        return _PAGE.format(
            address=f"{self.tool_url}/lti/login/",
            goes_to="tool",
            fields=_hidden(asked),
            frame='<iframe name="tool" title="Tool" width="1000" height="700"></iframe>',
        )

    def authentication(self, query: dict[str, list[str]]) -> str:
        """Its answer to our authentication request: the person is known there."""
        target = f"{self.tool_url}{self.person.get('target', '/lti/launch/')}"
        said = self.claims(nonce=query["nonce"][0], target=target)
        answer = {"state": query["state"][0], "id_token": self.sign(said)}
        address = query["redirect_uri"][0]
        return _PAGE.format(address=address, goes_to="_self", fields=_hidden(answer), frame="")

    # --- The services

    def jwks(self) -> dict:
        jwk = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [jwk | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def read_tool_token(self, token: str, audience: str) -> dict:
        """The claims of a token of the tool, checked against its key set as a platform does."""
        keys = {key["kid"]: key for key in self.tool_keys()["keys"]}
        key = jwt.PyJWK(keys[jwt.get_unverified_header(token)["kid"]]).key
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=self.client_id,
            options={"require": ["exp", "iat", "jti" if audience != self.url else "nonce"]},
        )

    def grant(self, form: dict[str, list[str]]) -> dict:
        claims = self.read_tool_token(form["client_assertion"][0], f"{self.url}/token")
        assert claims["sub"] == self.client_id
        assert form["grant_type"] == ["client_credentials"]
        assert claims["jti"] not in self.assertions
        self.assertions.add(claims["jti"])
        return {"access_token": f"token for {form['scope'][0]}", "expires_in": 3600}

    def take_score(self, path: str, body: dict, headers: Any) -> int:
        if headers["Authorization"] != f"Bearer token for {SCOPES[1]}":
            return 401
        if headers["Content-Type"] != "application/vnd.ims.lis.v1.score+json":
            return 415
        if any(score["timestamp"] >= body["timestamp"] for score in self.scores):
            return 409
        self.scores.append(body)
        self.score_paths.append(path)
        return 200

    def serve(self, method: str, address: str, body: bytes, headers: Any) -> tuple[int, Any]:
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        if (method, path) == ("GET", "/course"):
            return 200, self.course_page(self.person["target"])
        if (method, path) == ("GET", "/auth"):
            return 200, self.authentication(query)
        if (method, path) == ("GET", "/keys"):
            return 200, self.jwks()
        if (method, path) == ("GET", "/.well-known/openid-configuration"):
            return 200, self.openid_configuration()
        if (method, path) == ("POST", "/register"):
            return self.register(json.loads(body), headers)
        return self.serve_grades(method, address, body, headers)

    def openid_configuration(self) -> dict:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "registration_endpoint": f"{self.url}/register",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint": f"{self.url}/token",
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "scopes_supported": [*SCOPES, ROSTER_SCOPE],
            PLATFORM_CONFIGURATION: {
                "product_family_code": "moodle",
                "version": "4.5",
                "messages_supported": [{"type": "LtiResourceLinkRequest"}],
                "variables": [],
            },
        } | self.configuration

    def register(self, tool: dict, headers: Any) -> tuple[int, Any]:
        if headers["Authorization"] != f"Bearer {self.registration_token}":
            return 401, {"error": "invalid_token"}
        self.registered.append(tool)
        ours = tool[TOOL_CONFIGURATION]
        if self.names_deployment:
            ours |= {"deployment_id": self.deployment}
        return 200, tool | {"client_id": self.client_id, TOOL_CONFIGURATION: ours}

    def member_page(self, query: dict[str, list[str]], headers: Any) -> tuple[int, Any, str]:
        """A page of the course's members, and the address of the next."""
        if headers["Authorization"] != f"Bearer token for {ROSTER_SCOPE}":
            return 401, None, ""
        start = int(query.get("from", ["0"])[0])
        page = self.members[start : start + self.members_a_page]
        after = start + self.members_a_page
        more = f"{self.url}/members?course=5&from={after}" if after < len(self.members) else ""
        body = {"id": f"{self.url}/members", "context": {"id": "5"}, "members": page}
        return 200, body, (more and self.next_page_at) or more

    def serve_grades(self, method: str, address: str, body: bytes, headers: Any) -> tuple[int, Any]:
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        if (method, path) == ("POST", "/token"):
            return 200, self.grant(parse_qs(body.decode()))
        if (method, path) == ("GET", "/items"):
            wanted = query["resource_link_id"][0]
            return 200, [item for item in self.line_items if item["resourceLinkId"] == wanted]
        if (method, path) == ("POST", "/items"):
            return 201, self.make_column(json.loads(body))
        if method == "POST" and path.endswith("/lineitem/scores"):
            return self.take_score(address, json.loads(body), headers), None
        return 404, None

    def make_column(self, body: dict) -> dict:
        item = body | {"id": f"{self.url}/items/{len(self.line_items) + 20}/lineitem"}
        self.line_items.append(item)
        return item


def _handler(platform: PlatformEmulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Quiet."""

        def answer(self, status: int, body: Any = None, following: str = "") -> None:
            is_page = isinstance(body, str)
            text = body if is_page else json.dumps(body)
            data = text.encode() if body is not None else b""
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if is_page else "application/json")
            self.send_header("Content-Length", str(len(data)))
            if following:
                self.send_header("Link", f'<{following}>; rel="next"')
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self.serve(b"")

        def do_POST(self) -> None:
            self.serve(self.rfile.read(int(self.headers["Content-Length"])))

        def serve(self, body: bytes) -> None:
            platform.asked.append(urlsplit(self.path).path)
            asked = urlsplit(self.path)
            if platform.is_down:
                self.answer(503)
            elif (self.command, asked.path) == ("GET", "/members"):
                self.answer(*platform.member_page(parse_qs(asked.query), self.headers))
            else:
                self.answer(*platform.serve(self.command, self.path, body, self.headers))

    return Handler


# It sends its form by itself.
_PAGE = """<!doctype html><meta charset="utf-8"><title>Platform</title>{frame}
<form action="{address}" method="post" target="{goes_to}">{fields}</form>
<script>document.forms[0].submit()</script>"""


def _hidden(fields: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )


@contextmanager
def running_platform(*, host: str = "127.0.0.1", **fields: Any) -> Iterator[PlatformEmulator]:
    """A platform that answers on a port of its own."""
    platform = PlatformEmulator(**fields)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(platform))
    platform.url = f"http://{host}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True, args=(0.05,)).start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
