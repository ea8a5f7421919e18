"""The employer's side: begin a posting and write it, page by page."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import acting_for
from accounts.actions import MoveRefused, ReasonMissing
from accounts.choices import OrganizationState
from accounts.history import entries_of
from accounts.models import Organization, Review
from employers import actions, rules
from employers.choices import Kind
from employers.coach import BY_SLUG, Remark, remarks_on
from employers.forms import FORMS, StartForm
from employers.forms.coach import AnswerForm
from employers.forms.merging import marks_of, spelled
from employers.models import Opportunity, Typed
from employers.postings.sections import ALL, Section, needs_of, sections_of, unsaved_sections
from employers.views.mine import mine_or_404
from employers.views.saving import Outcome, fresh, last_save, save_page, typed_again, typed_by

form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def opportunity_post(request: HttpRequest) -> HttpResponse:
    """First page: for whom, which kind, what it is called."""
    organizations = Organization.objects.of(request.user).filter(
        state__in=[OrganizationState.VERIFIED, OrganizationState.PENDING]
    )
    if not organizations:
        held = Organization.objects.of(request.user)
        return render(request, "employers/opportunity_post_without.html", {"held": held})
    initial: dict[str, Any] = {"token": uuid.uuid4()}
    if (chosen := acting_for(request)) in organizations:
        initial["organization"] = chosen
    form = StartForm(request.POST or None, organizations=organizations, initial=initial)
    if form.is_valid():
        organization = form.cleaned_data["organization"]
        if not rules.may_post_for(request.user, organization):
            raise PermissionDenied
        opportunity = actions.start_opportunity(
            organization=organization,
            kind=form.cleaned_data["kind"],
            title=form.cleaned_data["title"],
            token=form.cleaned_data["token"],
            by=request.user,
        )
        first = sections_of(opportunity)[0].slug
        return redirect("employers:opportunity_section", opportunity.pk, first)
    context = {"form": form, "organizations": organizations}
    status = 422 if form.errors else 200
    return render(request, "employers/opportunity_post.html", context, status=status)


@require_safe
def opportunity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list, and what may be done with the posting as it stands."""
    opportunity = mine_or_404(request, pk)
    needs = needs_of(opportunity)
    sections = sections_of(opportunity)
    done = sum(not needs[section.slug] for section in sections)
    unsaved = unsaved_sections(opportunity, request.user) if opportunity.is_writable else []
    tasks = [
        {
            "section": section,
            "open": len(needs[section.slug]),
            "begun": len(needs[section.slug]) < _asked_for(section.slug),
            "is_unsaved": section in unsaved,
        }
        for section in sections
    ]
    questions = [
        (section.title, list(needs[section.slug].values())[:2], section.slug)
        for section in sections
        if needs[section.slug]
    ]
    remarks = remarks_on(opportunity) if done and opportunity.is_writable else []
    return render(
        request,
        "employers/opportunity_edit.html",
        {
            "opportunity": opportunity,
            "standing": opportunity.standing(),
            "tasks": tasks,
            "done": done,
            "total": len(sections),
            "remarks": remarks,
            "questions": questions[:3],
            "last_review": Review.objects.of(opportunity).order_by("-sent_at").first(),
            "history": entries_of(opportunity.replaces or opportunity),
            "organization": opportunity.employer.organization,
        },
    )


def _asked_for(slug: str) -> int:
    """How many open questions an untouched section has."""
    blank = Opportunity(kind=Kind.APPRENTICESHIP)
    try:
        return len(ALL[slug].needs(blank)) - (1 if slug == "work" else 0)
    except ValueError:
        return 4


def _section_or_404(opportunity: Opportunity, slug: str) -> tuple[Section, int, int]:
    """The section, which one it is, and of how many."""
    own = sections_of(opportunity)
    for number, section in enumerate(own):
        if section.slug == slug:
            return section, number, len(own)
    raise Http404


@form_page
def opportunity_section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One page of the posting. “Save and continue” asks for all; “Save for later” keeps whatever
    is there, and what is wrong as it was typed."""
    opportunity = mine_or_404(request, pk)
    _section_or_404(opportunity, section)
    if request.method == "POST":
        return _saved(request, opportunity, section)
    if not rules.may_edit_opportunity(request.user, opportunity):
        messages.warning(request, "These words are fixed while it is not a draft.")
        return redirect("employers:opportunity_edit", pk)
    typed = typed_by(opportunity, section, request.user)
    if typed is None:
        form = FORMS[section](instance=opportunity, finish=False)
        outcome = Outcome("open", form, last=last_save(opportunity, section))
        return _section_page(request, opportunity, section, outcome)
    outcome = typed_again(opportunity, typed)
    return _section_page(request, fresh(opportunity), section, outcome, typed=typed)


def _saved(request: HttpRequest, opportunity: Opportunity, section: str) -> HttpResponse:
    if "drop" in request.POST:
        actions.drop_typed(opportunity=opportunity, section=section, by=request.user)
        return redirect("employers:opportunity_section", opportunity.pk, section)
    finish = "later" not in request.POST
    outcome = save_page(opportunity, section, request.POST, by=request.user, finish=finish)
    if outcome.what in ("saved", "same"):
        return _onward(opportunity, section, finish=finish)
    if outcome.what == "fixed":
        messages.error(request, outcome.said or "These words are fixed while it is not a draft.")
        return redirect("employers:opportunity_edit", opportunity.pk)
    if outcome.what == "kept":
        messages.warning(request, _kept_words(outcome))
        return redirect("employers:opportunity_edit", opportunity.pk)
    status = {"reshaped": 200, "clash": 409, "long": 413}.get(outcome.what, 422)
    return _section_page(request, fresh(opportunity), section, outcome, status=status)


def _onward(opportunity: Opportunity, section: str, *, finish: bool) -> HttpResponse:
    """To the next page, which may be one that an answer has just called for; from the last, when
    nothing is open, to the page as the public will see it."""
    current = fresh(opportunity)
    slugs = [each.slug for each in sections_of(current)]
    number = slugs.index(section) + 1
    if finish and number < len(slugs):
        return redirect("employers:opportunity_section", opportunity.pk, slugs[number])
    if finish and not any(needs_of(current).values()):
        return redirect("employers:opportunity_preview", opportunity.pk)
    return redirect("employers:opportunity_edit", opportunity.pk)


def _section_page(
    request: HttpRequest,
    opportunity: Opportunity,
    slug: str,
    outcome: Outcome,
    *,
    typed: Typed | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, standing on what lies in the database now."""
    section, number, total = _section_or_404(opportunity, slug)
    if outcome.what == "open":
        now = outcome.form
    else:
        now = FORMS[slug](instance=opportunity)
    outcome.form.mark_optional()
    context = _coach(opportunity, section) | {
        "opportunity": opportunity,
        "saved": opportunity,
        "form": outcome.form,
        "outcome": outcome,
        "typed": typed,
        "section": section,
        "number": number + 1,
        "total": total,
        "seen": spelled(marks_of(now)),
        "page_mark": uuid.uuid4(),
        "saver": _saver(outcome, request.user),
        "last_review": Review.objects.of(opportunity).order_by("-sent_at").first(),
    }
    return render(request, "employers/opportunity_section.html", context, status=status)


@require_POST
def opportunity_autosave(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """What the open page sends by itself. The answer is a line about it, never another page."""
    opportunity = mine_or_404(request, pk)
    _section_or_404(opportunity, section)
    outcome = save_page(opportunity, section, request.POST, by=request.user, finish=False)
    status = {"clash": 409, "fixed": 409, "long": 413}.get(outcome.what, 200)
    current = fresh(opportunity)
    context = {
        "opportunity": current,
        "outcome": outcome,
        "kept_words": _kept_words(outcome),
        "saver": _saver(outcome, request.user),
        "section_slug": section,
        "form": outcome.form,
        "revision": current.revision,
        "oob": True,
    }
    if outcome.is_kept and section in {each.slug for each in sections_of(current)}:
        context |= _coach(current, ALL[section])
    return render(request, "employers/opportunity_autosave.html", context, status=status)


def _kept_words(outcome: Outcome) -> str:
    """What is said of a page that is kept and not wholly saved."""
    count = len(outcome.form.errors) if outcome.what in ("kept", "long") else 0
    if count == 1:
        return "Kept as you typed it; one answer needs mending before it counts."
    return f"Kept as you typed it; {count} answers need mending before they count."


def _saver(outcome: Outcome, user: Any) -> str:
    """Who saved the page last, as the reader would say it."""
    if outcome.last is None or outcome.last.by is None:
        return "Somebody"
    return "You" if outcome.last.by == user else str(outcome.last.by)


# The coach


def _coach(opportunity: Opportunity, section: Section) -> dict[str, Any]:
    """What `employers/_coach.html` shows beside a page: its own first, the rest by name."""
    questions = section.needs(opportunity)
    remarks = [
        remark
        for remark in remarks_on(opportunity)
        if remark.section != section.slug or remark.field not in questions
    ]
    return {
        "remarks": [remark for remark in remarks if remark.section == section.slug],
        "elsewhere": _open(remark for remark in remarks if remark.section != section.slug),
        "questions": [("", list(questions.values()), "")] if questions else [],
        "may_answer": True,
    }


def _open(remarks: Any) -> Sequence[Remark]:
    return [remark for remark in remarks if not remark.is_answered]


@form_page
def opportunity_coach(request: HttpRequest, pk: int, rule: str) -> HttpResponse:
    """Say why an advice does not hold here, or take that back."""
    opportunity = mine_or_404(request, pk)
    if rule not in BY_SLUG:
        raise Http404
    if not rules.may_edit_opportunity(request.user, opportunity):
        messages.warning(request, "The coach is answered while it is a draft.")
        return redirect("employers:opportunity_edit", pk)
    if request.POST.get("do") == "take-back":
        actions.take_back_answer(opportunity=opportunity, rule=rule, by=request.user)
        messages.success(request, "Taken back. The advice stands again.")
        return redirect("employers:opportunity_edit", pk)
    remark = next((each for each in remarks_on(opportunity) if each.slug == rule), None)
    if remark is None:
        messages.success(request, "That is mended already.")
        return redirect("employers:opportunity_edit", pk)
    form = AnswerForm(request.POST or None, initial={"why": getattr(remark.answer, "why", "")})
    if form.is_valid():
        try:
            actions.answer_advice(remark=remark, why=form.cleaned_data["why"], by=request.user)
        except (MoveRefused, ReasonMissing) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Kept. The reviewer reads it beside the advice.")
            return redirect("employers:opportunity_edit", pk)
    context = {"opportunity": opportunity, "remark": remark, "form": form}
    status = 422 if form.errors else 200
    return render(request, "employers/opportunity_coach.html", context, status=status)
