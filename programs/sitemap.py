"""Every address of this room that a stranger may open."""

from collections.abc import Iterator

from django.urls import reverse

from programs.models import CareerCenter, Program


def public_urls() -> Iterator[str]:
    yield reverse("programs:program_list")
    yield reverse("programs:center_list")
    for program in Program.objects.public().only("pk", "slug").order_by("pk").iterator():
        yield program.get_absolute_url()
    for center in CareerCenter.objects.public().only("slug").order_by("pk").iterator():
        yield center.get_absolute_url()
