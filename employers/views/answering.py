"""The answer by a link of a reminder: a page that asks to confirm, without signing in."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.actions import MoveRefused, ReasonMissing
from accounts.doors import public
from accounts.history import entries_of
from accounts.models import User
from accounts.rules import is_member
from employers import actions
from employers.actions import reminders
from employers.actions.reminders import LONGER, Answer
from employers.choices import Outcome
from employers.forms import CloseForm
from employers.forms.fields import end_of
from employers.forms.life import BareForm
from employers.models import Opportunity
from employers.postings.standing import EXTEND_WITHIN, latest_closing
from employers.views.moving import form_page, posted
from vocabularies.models import Region

TEMPLATE = "employers/opportunity_answer.html"


@public
@never_cache
@form_page
def opportunity_answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST does it as the person whom the letter was written to. A link that no longer
    fits says what happened since and offers a fresh letter."""
    try:
        answer = reminders.read_link(token)
        opportunity = Opportunity.objects.with_everything().get(pk=answer.opportunity_id)
        person = User.objects.get(pk=answer.user_id)
    except (reminders.DeadLink, Opportunity.DoesNotExist, User.DoesNotExist):
        return render(request, TEMPLATE, {"stage": "dead"}, status=404)
    context: dict[str, Any] = {"opportunity": opportunity, "person": person, "answer": answer}
    if not person.is_active or not is_member(person, opportunity.employer.organization):
        # Who has left learns no more than that.
        return render(request, TEMPLATE, context | {"stage": "left"}, status=403)
    if request.method == "POST" and request.POST.get("do") == "again":
        return _write_again(request, context)
    if _is_used(answer, opportunity):
        return _used(request, context)
    form = _form(answer, opportunity, request)
    if form.is_valid():
        try:
            said = _do(answer, opportunity, person, form.cleaned_data)
        except (MoveRefused, ReasonMissing) as refused:
            return _used(request, context, str(refused))
        return render(request, TEMPLATE, context | {"stage": "done", "said": said})
    context |= {"stage": "asked", "form": form, "until": _longer(opportunity)}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _is_used(answer: Answer, opportunity: Opportunity) -> bool:
    """Another closing moment, another state, or the question was answered since."""
    now = timezone.now()
    if opportunity.closes_at != answer.closes_at:
        return True
    if answer.purpose == "still":
        said = opportunity.confirmed_at
        return opportunity.standing(now) != "open" or bool(said and said >= answer.asked_at)
    if opportunity.standing(now) not in ("open", "paused", "expired"):
        return True
    # A letter is no key for ever.
    return answer.closes_at + EXTEND_WITHIN < now


def _used(request: HttpRequest, context: dict[str, Any], why: str = "") -> HttpResponse:
    opportunity = Opportunity.objects.with_everything().get(pk=context["opportunity"].pk)
    context |= {
        "stage": "used",
        "why": why,
        "opportunity": opportunity,
        "standing": opportunity.standing(),
        "last": entries_of(opportunity).first(),
        "may_ask_again": opportunity.standing() == "open" and opportunity.closes_at is not None,
    }
    return render(request, TEMPLATE, context, status=410)


def _write_again(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    opportunity = context["opportunity"]
    if opportunity.standing() != "open" or opportunity.closes_at is None:
        return _used(request, context)
    reminders.ask_again(opportunity, context["person"])
    return render(request, TEMPLATE, context | {"stage": "written"})


def _form(answer: Answer, opportunity: Opportunity, request: HttpRequest) -> Any:
    data = posted(request)
    if answer.purpose not in ("filled", "close"):
        return BareForm(data)
    form = CloseForm(data, openings=opportunity.openings, initial={"outcome": Outcome.NOT_FILLED})
    if answer.purpose == "filled":
        form.initial["outcome"] = Outcome.FILLED_HERE
        form.fields["outcome"].choices = [  # type: ignore[attr-defined]
            choice for choice in Outcome.choices if choice[0] != Outcome.NOT_FILLED
        ]
    return form


def _longer(opportunity: Opportunity) -> datetime:
    """The end of the day that thirty more lead to, as far as policy lets it."""
    now = timezone.now()
    start = max(opportunity.closes_at or now, now).astimezone(Region.current().zone)
    return min(end_of(start.date() + LONGER), latest_closing(now))


def _do(answer: Answer, opportunity: Opportunity, person: User, given: dict[str, Any]) -> str:
    if answer.purpose == "still":
        actions.confirm_opportunity(opportunity=opportunity, by=person)
        return "Thank you. It stays open until its day."
    if answer.purpose == "extend":
        actions.extend_opportunity(
            opportunity=opportunity,
            closes_at=_longer(opportunity),
            reason="Still looking, says the answer to the reminder",
            by=person,
        )
        return "Extended. People can apply for longer."
    actions.close_opportunity(opportunity=opportunity, by=person, **given)
    return "Closed. Thank you for saying how it ended."
