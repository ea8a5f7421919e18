"""Answering what the public said: prepared in private, published together, each commenter told
once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.actions import MoveRefused, record
from accounts.strangers import one_after_the_other
from plans.choices import PlanState
from plans.comments.answers import (
    ANSWER_STATES,
    PUBLISH_STATES,
    Prepared,
    lacks_of,
    prepared,
    seen_of,
)
from plans.letters import answers as letters_of_answers
from plans.models import (
    Comment,
    Item,
    Plan,
    PlanVersion,
    Response,
    ResponseTemplate,
    VersionItem,
)
from plans.nudges import wake
from vocabularies.templatetags.words import counted, listed

AT_ONCE = 100  # addresses in one round


class TakenMeanwhile(Exception):
    """Comments that stand under another answer, or are no longer shown. Its text is for the
    person."""


class AnswerChanged(Exception):
    """Somebody saved it after this editor opened it. `response` is as it stands now."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(f"{response.by or 'Somebody'} saved this answer while you were writing.")


class AnswersChanged(Exception):
    """What would be published is no longer what was read. Its text is for the person."""


@dataclass
class AnswerDraft:
    title: str
    disposition: str
    text: str = ""
    changed_item: Item | None = None
    changed_in: PlanVersion | None = None
    no_change_because: str = ""


@transaction.atomic
def begin_response(
    *, plan: Plan, title: str, disposition: str, comments: Iterable[int], by: Any
) -> Response:
    """An answer in private to these comments (their ids). Raises MoveRefused where the plan takes
    no answers, TakenMeanwhile."""
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state not in ANSWER_STATES:
        raise MoveRefused("Answers are written to a plan that the public could comment on.")
    response = Response.objects.create(
        plan=plan, title=title, disposition=disposition, by=_person(by)
    )
    taken = _take(response, comments)
    record(by=by, what="began an answer", subject=response, after={"comments": taken})
    return response


@transaction.atomic
def take_comments(*, response: Response, comments: Iterable[int], by: Any) -> int:
    """Put more comments under an answer; where that is public, their authors are told of it.
    Raises TakenMeanwhile. Returns how many."""
    response = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    taken = _take(response, comments)
    record(by=by, what="put comments under", subject=response, after={"comments": taken})
    if response.published_at:
        transaction.on_commit(_wake, robust=True)
    return len(taken)


def _take(response: Response, comments: Iterable[int]) -> list[int]:
    """Their ids. Doubles go with the one that they are a double of."""
    wanted = set(comments)
    found = Comment.objects.published().filter(
        pk__in=wanted, item__plan_id=response.plan_id, response__isnull=True
    )
    ids = list(found.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    if missing := sorted(wanted - set(ids)):
        names = listed([f"{pk:04}" for pk in missing[:12]])
        raise TakenMeanwhile(
            f"Somebody has answered comment {names} meanwhile, or it is no longer shown. "
            "Look at the list again."
        )
    if not ids:
        raise TakenMeanwhile("Tick the comments that it answers.")
    Comment.objects.filter(pk__in=ids).update(response=response)
    Comment.objects.filter(same_as__in=ids, response__isnull=True).update(response=response)
    return ids


@transaction.atomic
def leave_comments(*, response: Response, comments: Iterable[int], by: Any) -> int:
    """Take comments out of an answer in private. Raises MoveRefused once it is public."""
    response = _private(response, "Its commenters were told, so they stay under it.")
    out = Comment.objects.filter(response=response, pk__in=list(comments))
    ids = list(out.values_list("pk", flat=True))
    Comment.objects.filter(same_as__in=ids, response=response).update(response=None)
    out.update(response=None)
    if ids:
        record(by=by, what="took comments out of", subject=response, before={"comments": ids})
    return len(ids)


def _private(response: Response, refusal: str) -> Response:
    response = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if response.published_at:
        raise MoveRefused(f"This answer is published. {refusal}")
    return response


@transaction.atomic
def save_response(*, response: Response, draft: AnswerDraft, revision: int, by: Any) -> Response:
    """Save its words. One that is public may be corrected, and nobody is written to again.
    Raises AnswerChanged if it is not at `revision`, MoveRefused for what would leave a public
    one without words."""
    response = Response.objects.select_for_update(of=("self",)).get(pk=response.pk)
    if response.revision != revision:
        raise AnswerChanged(response)
    before = _words(response)
    for name, value in vars(draft).items():
        setattr(response, name, value)
    if response.published_at and (lacks := lacks_of(response, 1)):
        raise MoveRefused(f"This answer is published and would lack {listed(lacks)}.")
    after = _words(response)
    if after != before:
        response.revision += 1
        response.by = _person(by)
        response.save()
        what = "corrected the answer" if response.published_at else "wrote the answer"
        record(by=by, what=what, subject=response, before=before, after=after)
    return response


def _words(response: Response) -> dict[str, Any]:
    return {
        "title": response.title,
        "disposition": response.disposition,
        "text": response.text,
        "changed_item": str(response.changed_item_id or ""),
        "changed_in": response.changed_in_id,
        "no_change_because": response.no_change_because,
    }


@transaction.atomic
def drop_response(*, response: Response, by: Any) -> None:
    """Delete an answer in private; its comments wait again. Raises MoveRefused once public."""
    response = _private(response, "It stays.")
    Comment.objects.filter(response=response).update(response=None)
    record(by=by, what="dropped an answer", subject=response.plan, before=_words(response))
    response.delete()


@transaction.atomic
def publish_responses(*, plan: Plan, seen: str, by: Any, at: datetime | None = None) -> int:
    """Show every complete answer at once, and tell its commenters. `seen` is `seen_of` what the
    editor read. Raises MoveRefused while the plan is open for comment, AnswersChanged."""
    now = at or timezone.now()
    plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    if plan.state not in PUBLISH_STATES:
        why = (
            "The plan is still open for comment. Close it first, then publish the answers."
            if plan.state == PlanState.OPEN
            else "Answers are published once the time for comments is over."
        )
        raise MoveRefused(why)
    locked = plan.responses.in_private().select_for_update(of=("self",)).order_by("pk")
    list(locked.values_list("pk"))
    rows = prepared(plan)
    ready = [one for one in rows if not one.lacks]
    if seen != seen_of(rows):
        raise AnswersChanged(
            "Somebody changed an answer after you opened this page. It shows what would be "
            "published now; read it again."
        )
    if not ready:
        raise MoveRefused("No answer is ready to be published.")
    if plan.state != PlanState.SUPERSEDED:
        _name_versions(plan, ready)
    for one in ready:
        one.response.published_at = now
        one.response.save(update_fields=["published_at", "changed_in"])
        record(
            by=by,
            what="published an answer",
            subject=one.response,
            after={"comments": one.comments},
        )
    record(by=by, what=f"published {counted(len(ready), 'answer')}", subject=plan)
    transaction.on_commit(_wake, robust=True)
    return len(ready)


def _name_versions(plan: Plan, ready: list[Prepared]) -> None:
    """Where the editor named no version: the newest one, if the item's words changed in it."""
    nameless = [
        one.response
        for one in ready
        if one.response.changed_item_id and one.response.changed_in_id is None
    ]
    newest = plan.versions.order_by("-number").first()
    if not nameless or newest is None:
        return
    items = [one.changed_item_id for one in nameless if one.changed_item_id]
    changed = VersionItem.objects.filter(version=newest, item_id__in=items, changes__gt=0)
    ids = set(changed.values_list("item_id", flat=True))
    for response in nameless:
        if response.changed_item_id in ids:
            response.changed_in = newest


def _wake() -> None:
    wake("plans.tasks.tell_answered")


def tell_answered(*, now: datetime | None = None) -> int:
    """Write to everybody whose comment has a public answer and who was not told of it: one letter
    an address, whatever it said. Safe to run twice or at once: what is told is marked in the
    letter's transaction. Returns how many letters."""
    now = now or timezone.now()
    written = 0
    while emails := _untold_addresses():
        done = sum(_tell(email, now) for email in emails)
        written += done
        if not done:
            break  # another worker has them
    return written


def _untold() -> Any:
    said = Comment.objects.published().filter(
        response__published_at__isnull=False, told_at__isnull=True
    )
    return said.exclude(email="")


def _untold_addresses() -> list[str]:
    found = _untold().order_by().values_list("email", flat=True)[: AT_ONCE * 5]
    return list(dict.fromkeys(email.lower() for email in found))[:AT_ONCE]


@transaction.atomic
def _tell(email: str, now: datetime) -> bool:
    one_after_the_other(f"answers.{email}")
    said = _untold().filter(email__iexact=email).select_for_update(of=("self",))
    comments = list(said.select_related("response__changed_in", "version__plan").order_by("pk"))
    if not comments:
        return False
    letters_of_answers.answered(email, comments)
    Comment.objects.filter(pk__in=[one.pk for one in comments]).update(told_at=now)
    return True


# Words that answers begin with ----------------------------------------------------------


@transaction.atomic
def save_template(*, template: ResponseTemplate, by: Any) -> ResponseTemplate:
    """A new one or a changed one; its form has checked it."""
    what = "changed a template of answers" if template.pk else "added a template of answers"
    template.save()
    record(by=by, what=what, subject=template, after={"name": template.name})
    return template


@transaction.atomic
def drop_template(*, template: ResponseTemplate, by: Any) -> None:
    """Answers that began with it keep their words."""
    record(by=by, what="dropped a template of answers", subject=template)
    template.delete()


def _person(by: Any) -> Any:
    return by if getattr(by, "pk", None) else None
