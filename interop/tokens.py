"""JSON Web Tokens: those of platforms, checked; ours, signed (1EdTech Security Framework 1.1)."""

import secrets
import time
from typing import Any
from zlib import crc32

import jwt
from django.core.cache import cache

from .keys import ALGORITHM, private_key, public_jwk
from .models import Platform
from .outside import OutsideFailure, ask_json

# Clocks of hospitals' servers are off by so many seconds.
LEEWAY_S = 60
# Tokens are used within the redirect that brings them.
OLDEST_S = 3600
_KEYS_KEPT_S = 3600
# A token with an unknown key may make us ask for the keys this often.
_ASK_AGAIN_AFTER_S = 30
_LIFE_S = 300


class BadToken(Exception):
    """The platform's token does not hold; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.code = code


def read_platform_token(*, platform: Platform, token: str) -> dict[str, Any]:
    """The claims of a token that the platform signed for us and that holds now.

    Signature, issuer, audience, authorised party and times are checked, the nonce is not. Raises
    `BadToken`.
    """
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise BadToken("no_token", str(error)) from error
    if header.get("alg") != ALGORITHM:
        raise BadToken("algorithm", str(header.get("alg")))
    key = _key_of(platform, str(header.get("kid", "")))
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=platform.client_id,
            issuer=platform.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "iss", "aud", "nonce"]},
        )
    except jwt.InvalidTokenError as error:
        raise BadToken(_code_of(error), str(error)) from error
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and "azp" not in claims:
        raise BadToken("audience", "several audiences and no azp")
    if claims.get("azp", platform.client_id) != platform.client_id:
        raise BadToken("audience", "azp")
    if float(claims["iat"]) < time.time() - OLDEST_S - LEEWAY_S:
        raise BadToken("expired", "iat")
    return claims


def _code_of(error: jwt.InvalidTokenError) -> str:
    if isinstance(error, jwt.InvalidSignatureError):
        return "signature"
    if isinstance(error, jwt.ExpiredSignatureError | jwt.ImmatureSignatureError):
        return "expired"
    if isinstance(error, jwt.InvalidIssuerError):
        return "issuer"
    if isinstance(error, jwt.InvalidAudienceError):
        return "audience"
    return "claims"


def _key_of(platform: Platform, kid: str) -> Any:
    """The platform's public key of this id; asked for again when it is not among those known."""
    known = cache.get(_cache_name(platform))
    if known is None or (kid not in known["keys"] and _may_ask_again(known)):
        known = {"keys": _fetch_keys(platform), "at": time.time()}
        cache.set(_cache_name(platform), known, _KEYS_KEPT_S)
    jwk = known["keys"].get(kid)
    if jwk is None:
        raise BadToken("key", f"kid {kid}")
    try:
        return jwt.PyJWK(jwk, algorithm=ALGORITHM).key
    except jwt.PyJWTError as error:
        raise BadToken("key", str(error)) from error


def _may_ask_again(known: dict[str, Any]) -> bool:
    return time.time() - known["at"] > _ASK_AGAIN_AFTER_S


def _cache_name(platform: Platform) -> str:
    return f"lti-keys-{platform.pk}-{crc32(platform.key_set_url.encode())}"


def _fetch_keys(platform: Platform) -> dict[str, dict]:
    try:
        found = ask_json("GET", platform.key_set_url, headers={"Accept": "application/json"})
    except OutsideFailure as error:
        raise BadToken("key_set", str(error)) from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list):
        raise BadToken("key_set", "no keys in it")
    return {str(key.get("kid", "")): key for key in keys if isinstance(key, dict)}


def sign(claims: dict[str, Any]) -> str:
    """Our token with `claims`, good for five minutes and told apart from all others."""
    now = int(time.time())
    own = {"iat": now, "exp": now + _LIFE_S, "jti": secrets.token_urlsafe(16)}
    return jwt.encode(
        own | claims, private_key(), algorithm=ALGORITHM, headers={"kid": public_jwk()["kid"]}
    )
