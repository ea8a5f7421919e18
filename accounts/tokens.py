"""Links that work once: random, and kept as a hash only."""

import hashlib
import secrets


def one_time() -> str:
    """256 random bits, for a link that works once."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What of a one-time token is kept: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
