"""Links that recur in letters: signed id and purpose. One-time links: random, hashed at rest."""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from accounts.tokens import hashed, one_time

__all__ = ["BadToken", "Purpose", "hashed", "manage", "one_time", "unsubscribe"]


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
