"""What waits for an answer."""

from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from accounts.choices import StaffRole
from accounts.rules import has_duty
from plans.comments.answers import PUBLISH_STATES, plans_to_answer
from plans.models import Comment, Plan
from vocabularies.templatetags.words import counted


def answers_waiting_for(user: Any) -> list[dict[str, Any]]:
    """For plan editors, once the time for comments is over: comments without an answer, and
    answers that are not published. No query for anybody else."""
    versions = plans_to_answer() if has_duty(user, StaffRole.PLAN_EDITOR) else []
    over = [one.plan for one in versions if one.plan.state in PUBLISH_STATES]
    return [row for plan in over for row in _waiting_on(plan, over)]


def _waiting_on(plan: Plan, over: list[Plan]) -> list[dict[str, Any]]:
    said = Comment.objects.published().filter(item__plan=plan, same_as__isnull=True)
    open_ones = said.filter(response__isnull=True).aggregate(n=Count("pk"), since=Min("created_at"))
    private = plan.responses.in_private().aggregate(n=Count("pk"), since=Min("created_at"))
    on = f"On {plan}. " if len(over) > 1 else ""
    found = []
    if n := open_ones["n"]:
        found.append(
            {
                "since": open_ones["since"],
                "kind": "Plan",
                "title": f"{counted(n, 'comment')} {'waits' if n == 1 else 'wait'} for an answer",
                "note": f"{on}Tick those that ask for the same and give them one answer.",
                "url": f"{reverse('plans:answer_choose')}?plan={plan.pk}",
                "act": "Answer comments",
            }
        )
    if n := private["n"]:
        found.append(
            {
                "since": private["since"],
                "kind": "Plan",
                "title": f"{counted(n, 'answer')} {'is' if n == 1 else 'are'} not published yet",
                "note": f"{on}They are published together; each commenter is told once.",
                "url": f"{reverse('plans:answer_publish')}?plan={plan.pk}",
                "act": "Look at them",
            }
        )
    return found
