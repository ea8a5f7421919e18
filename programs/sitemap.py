"""Every address of this room that a stranger may open."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from programs.models import CareerCenter, Program


def public_urls() -> Iterator[tuple[str, datetime | None]]:
    """(path, last change); the inventory keeps no moment of change."""
    yield reverse("programs:program_list"), None
    yield reverse("programs:center_list"), None
    for program in Program.objects.public().only("pk", "slug").order_by("pk").iterator():
        yield program.get_absolute_url(), None
    for center in CareerCenter.objects.public().only("slug").order_by("pk").iterator():
        yield center.get_absolute_url(), None
