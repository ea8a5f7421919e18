"""The whole plan is printed before its first reader asks for it."""

from plans.comments.answers import plans_to_answer
from plans.models import PlanVersion
from plans.paper.press import keep
from plans.paper.sheets import whole_plan


def print_ahead() -> int:
    """The plan that the public reads and the next one that is open for comment, as they stand
    now. Safe to run twice. Returns how many were not kept yet."""
    public, printed = PlanVersion.objects.current(), 0
    for version in plans_to_answer():
        is_next = public is not None and version.plan_id != public.plan_id
        suffix = f"?plan={version.plan_id}" if is_next else ""
        printed += keep(whole_plan(version, is_current=True, suffix=suffix))
    return printed
