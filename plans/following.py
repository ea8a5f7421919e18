"""What happens to comments on the plan when something happens to their organization."""

from accounts.following import Happening, Happens, are, register
from plans.models import Comment


def connect() -> None:
    register(Happens.MERGED, would=would_on_merger, does=on_merger)


def would_on_merger(happening: Happening) -> list[str]:
    into = happening.other
    return are(
        Comment.objects.filter(organization=happening.organization).count(),
        f"1 comment on the plan is shown under the name of {into}.",
        f"{{n}} comments on the plan are shown under the name of {into}.",
    )


def on_merger(happening: Happening) -> None:
    """The words that their authors typed stay as they are."""
    Comment.objects.filter(organization=happening.organization).update(organization=happening.other)
