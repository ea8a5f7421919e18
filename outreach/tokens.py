"""Links that recur in letters: signed id and purpose. One-time links: random, hashed at rest."""

import hashlib
import secrets
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer


class BadToken(Exception):
    """The link is cut, changed or made for something else."""


@dataclass(frozen=True)
class Purpose:
    """What a signed link may be used for; a link of one purpose is nothing to another."""

    name: str

    @property
    def _signer(self) -> Signer:
        return Signer(salt=f"outreach.{self.name}", sep=".")

    def of(self, pk: int) -> str:
        return self._signer.sign(str(pk))

    def read(self, token: str) -> int:
        """The id that was signed. Raises BadToken."""
        try:
            return int(self._signer.unsign(token))
        except (BadSignature, ValueError) as error:
            raise BadToken from error


manage = Purpose("manage")
unsubscribe = Purpose("unsubscribe")


def one_time() -> str:
    """256 random bits, for a link that works once."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What of a one-time token is kept: its SHA-256, 64 hex digits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
