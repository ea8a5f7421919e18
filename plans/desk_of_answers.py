"""What waits for an answer."""

from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from accounts.choices import StaffRole
from accounts.rules import has_duty
from plans.answers import PUBLISH_STATES, plan_to_answer
from plans.models import Comment
from vocabularies.templatetags.words import counted


def answers_waiting_for(user: Any) -> list[dict[str, Any]]:
    """For plan editors, once the time for comments is over: comments without an answer, and
    answers that are not published. No query for anybody else."""
    version = plan_to_answer() if has_duty(user, StaffRole.PLAN_EDITOR) else None
    if version is None or version.plan.state not in PUBLISH_STATES:
        return []
    said = Comment.objects.published().filter(item__plan_id=version.plan_id, same_as__isnull=True)
    open_ones = said.filter(response__isnull=True).aggregate(n=Count("pk"), since=Min("created_at"))
    private = version.plan.responses.in_private().aggregate(n=Count("pk"), since=Min("created_at"))
    found = []
    if n := open_ones["n"]:
        found.append(
            {
                "since": open_ones["since"],
                "kind": "Plan",
                "title": f"{counted(n, 'comment')} {'waits' if n == 1 else 'wait'} for an answer",
                "note": "Tick those that ask for the same and give them one answer.",
                "url": reverse("plans:answer_choose"),
                "act": "Answer comments",
            }
        )
    if n := private["n"]:
        found.append(
            {
                "since": private["since"],
                "kind": "Plan",
                "title": f"{counted(n, 'answer')} {'is' if n == 1 else 'are'} not published yet",
                "note": "They are published together; each commenter is told once.",
                "url": reverse("plans:answer_publish"),
                "act": "Look at them",
            }
        )
    return found
