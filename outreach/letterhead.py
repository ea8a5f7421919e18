"""What the frame of every letter needs (`templates/mail/base.html` and `base.txt`)."""

from typing import Any

from django.conf import settings

from vocabularies.models import Region


def letterhead() -> dict[str, Any]:
    """`region` and `site_url`; any room's letter that extends the frame passes the same two."""
    return {"region": Region.current(), "site_url": settings.SITE_URL}
