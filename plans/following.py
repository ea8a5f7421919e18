"""What happens to comments and to members of work groups when something happens to their
organization."""

from accounts.following import Happening, Happens, are, register
from plans.models import Comment, GroupMember


def connect() -> None:
    register(Happens.MERGED, would=would_on_merger, does=on_merger)


def would_on_merger(happening: Happening) -> list[str]:
    into = happening.other
    comments = are(
        Comment.objects.filter(organization=happening.organization).count(),
        f"1 comment on the plan is shown under the name of {into}.",
        f"{{n}} comments on the plan are shown under the name of {into}.",
    )
    members = are(
        GroupMember.objects.filter(organization=happening.organization).count(),
        f"1 member of a work group belongs to {into}.",
        f"{{n}} members of work groups belong to {into}.",
    )
    return [*comments, *members]


def on_merger(happening: Happening) -> None:
    """The words that their authors typed stay as they are."""
    for model in (Comment, GroupMember):
        found = model.objects.filter(organization=happening.organization)
        found.update(organization=happening.other)
