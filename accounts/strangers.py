"""Forms for people without an account: when one was opened, who sends it, how often they do."""

import hashlib
from datetime import datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.doors import address_of

OPENED = "form.opened"
# A person needs longer than this to fill in a form.
QUICKEST = timedelta(seconds=2)


def stamp() -> str:
    """Goes into the form when it is shown."""
    return TimestampSigner(salt=OPENED, sep="~").sign("form")


def opened_at(stamped: str) -> datetime | None:
    """When the form was shown, or None if we did not write this stamp."""
    signer = TimestampSigner(salt=OPENED, sep="~")
    try:
        signer.unsign(stamped)
    except BadSignature:
        return None
    seconds = b62_decode(stamped.split("~")[1])
    return datetime.fromtimestamp(seconds, tz=timezone.get_default_timezone())


def is_quick(stamped: str) -> bool:
    """The stamp has whole seconds, so a second more than the rule could pass for less."""
    opened = opened_at(stamped)
    return opened is not None and timezone.now() - opened < QUICKEST


def sender_of(request: HttpRequest) -> str:
    """A keyed hash of the address: enough to count by, not enough to find a person."""
    return salted_hmac("form.sender", address_of(request), algorithm="sha256").hexdigest()


def one_after_the_other(*names: str) -> None:
    """Posts that share a name wait for each other, so that each counts those before it."""
    digests = [hashlib.sha256(name.encode()).digest()[:8] for name in names]
    with connection.cursor() as cursor:
        # In one order for all, or two posts could wait for each other for ever.
        for key in sorted(int.from_bytes(digest, signed=True) for digest in digests):
            cursor.execute("select pg_advisory_xact_lock(%s)", [key])
