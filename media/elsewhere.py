"""Recordings that others keep and play: what their addresses say, without asking anybody.

Nothing here opens a connection, and no page loads anything from elsewhere before a reader asks
for it on a page of its own (`media.link_views.play`), whose policy names that one host.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

_YOUTUBE_HOSTS = frozenset(
    {"youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com", "youtu.be"}
)
_YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
_YOUTUBE_PATH = re.compile(r"/(?:embed|live|shorts|v)/([\w-]{11})/?", re.ASCII)
_VIMEO_PATH = re.compile(r"/(?:video/)?(\d{5,12})(?:/([0-9a-f]{6,20}))?/?", re.ASCII)
# PeerTube, on whatever host: a UUID, or the same in 22 characters.
_PEERTUBE_PATH = re.compile(
    r"/(?:w|videos/watch|videos/embed)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[1-9A-Za-z]{22})/?",
    re.ASCII,
)
_CLOCK = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.ASCII)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
MOST_CHARACTERS = 500


class InvalidLink(ValueError):
    """Not an address at which a recording can be: not https, or no public host."""


@dataclass(frozen=True)
class Elsewhere:
    """A recording at ``host``: its page, and its player where we know how to show it (else "")."""

    url: str
    host: str
    player_url: str = ""

    @property
    def player_origin(self) -> str:
        """The one origin that a page with the player has to allow; empty for none."""
        return "/".join(self.player_url.split("/")[:3])


def read_link(url: str) -> Elsewhere:
    """Understand the address of a recording, as copied from a browser. Raises `InvalidLink`."""
    text = url.strip()
    if len(text) > MOST_CHARACTERS or any(char.isspace() or ord(char) < 32 for char in text):
        raise InvalidLink(text[:100])
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
        # Names in other scripts, as browsers send them.
        host = host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise InvalidLink(text[:100]) from error
    has_user = parts.username is not None or parts.password is not None
    if parts.scheme != "https" or has_user or port not in (None, 443) or not _is_public(host):
        raise InvalidLink(text[:100])
    shown = host.removeprefix("www.")
    for player_of in (_youtube, _vimeo, _peertube):
        player_url = player_of(shown, host, parts.path, parse_qs(parts.query))
        if player_url:
            return Elsewhere(url=text, host=shown, player_url=player_url)
    return Elsewhere(url=text, host=shown)


def _is_public(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _HOST.fullmatch(host) is not None and not host.endswith((".local", ".localhost"))
    return False


def _youtube(shown: str, _host: str, path: str, query: dict[str, list[str]]) -> str:
    if shown not in _YOUTUBE_HOSTS:
        return ""
    named = _YOUTUBE_PATH.fullmatch(path)
    found = named[1] if named else query.get("v", [""])[0]
    if shown == "youtu.be" and not named:
        found = path.strip("/")
    if not _YOUTUBE_ID.fullmatch(found):
        return ""
    start_s = _seconds(query.get("t", query.get("start", [""]))[0])
    begin = f"?{urlencode({'start': start_s})}" if start_s else ""
    # YouTube's address without cookies until one plays.
    return f"https://www.youtube-nocookie.com/embed/{found}{begin}"


def _seconds(clock: str) -> int:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        return 0
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _vimeo(shown: str, _host: str, path: str, query: dict[str, list[str]]) -> str:
    match = _VIMEO_PATH.fullmatch(path)
    if shown not in {"vimeo.com", "player.vimeo.com"} or match is None:
        return ""
    secret = match[2] or query.get("h", [""])[0]
    asked = {"dnt": "1"} | ({"h": secret} if secret else {})
    return f"https://player.vimeo.com/video/{match[1]}?{urlencode(asked)}"


def _peertube(_shown: str, host: str, path: str, _query: dict[str, list[str]]) -> str:
    match = _PEERTUBE_PATH.fullmatch(path)
    return f"https://{host}/videos/embed/{match[1]}" if match else ""
