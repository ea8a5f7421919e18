"""The employer's side: begin a posting and write it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import MoveRefused
from accounts.choices import OrganizationState
from accounts.history import entries_of
from accounts.models import Organization, Review
from employers import actions, rules
from employers.choices import KIND_MEANS, Kind
from employers.coach import remarks_on
from employers.forms import FORMS, StartForm
from employers.models import Opportunity
from employers.sections import ALL, needs_of, sections_of
from employers.views.mine import mine_or_404

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
    form = StartForm(
        request.POST or None, organizations=organizations, initial={"token": uuid.uuid4()}
    )
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
        return redirect("employers:opportunity_edit", opportunity.pk)
    means = [(kind, kind.label, KIND_MEANS[kind]) for kind in Kind]
    context = {"form": form, "means": means, "organizations": organizations}
    return render(request, "employers/opportunity_post.html", context)


@require_safe
def opportunity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The task list, and what may be done with the posting as it stands."""
    opportunity = mine_or_404(request, pk)
    needs = needs_of(opportunity)
    sections = sections_of(opportunity)
    done = sum(not needs[section.slug] for section in sections)
    tasks = [
        {
            "section": section,
            "open": len(needs[section.slug]),
            "begun": len(needs[section.slug]) < _asked_for(section.slug),
        }
        for section in sections
    ]
    last = Review.objects.of(opportunity).order_by("-sent_at").first()
    return render(
        request,
        "employers/opportunity_edit.html",
        {
            "opportunity": opportunity,
            "standing": opportunity.standing(),
            "tasks": tasks,
            "done": done,
            "total": len(sections),
            "remarks": remarks_on(opportunity) if done else [],
            "coach": [
                (section, list(needs[section.slug].values())[:2])
                for section in sections
                if needs[section.slug]
            ][:3],
            "last_review": last,
            "history": entries_of(opportunity),
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


@form_page
def opportunity_section(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One page of the posting. “Save and continue” asks for all; “Save for later” does not."""
    opportunity = mine_or_404(request, pk)
    own = sections_of(opportunity)
    slugs = [s.slug for s in own]
    if section not in slugs:
        raise Http404
    if not rules.may_edit_opportunity(request.user, opportunity):
        messages.warning(request, "These words are fixed while it is not a draft.")
        return redirect("employers:opportunity_edit", opportunity.pk)
    number = slugs.index(section)
    finish = "later" not in request.POST
    form = FORMS[section](request.POST or None, instance=opportunity, finish=finish)
    status = 200
    theirs = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_words(
                opportunity=opportunity,
                revision=form.cleaned_data.get("revision") or 0,
                values=form.values(),
                by=request.user,
                **form.extras(),
            )
        except actions.Conflict:
            status, theirs = 409, _theirs(opportunity.pk, section, request.POST)
            mine = request.POST.copy()
            mine["revision"] = str(theirs["revision"])
            form.data = mine
        except MoveRefused as refused:
            messages.error(request, str(refused))
            return redirect("employers:opportunity_edit", pk)
        else:
            if finish and number + 1 < len(slugs):
                return redirect("employers:opportunity_section", pk, slugs[number + 1])
            return redirect("employers:opportunity_edit", pk)
    elif request.method == "POST" and not form.only_reshapes:
        status = 422
    saved = Opportunity.objects.get(pk=pk)
    context = {
        "opportunity": opportunity,
        "saved": saved,
        "form": form,
        "section": own[number],
        "number": number + 1,
        "total": len(slugs),
        "theirs": theirs,
        "coach": list(own[number].needs(saved).values()),
        "remarks": remarks_on(saved),
        "last_review": Review.objects.of(saved).order_by("-sent_at").first(),
    }
    return render(request, "employers/opportunity_section.html", context, status=status)


def _theirs(pk: int, section: str, mine: QueryDict) -> dict[str, Any]:
    """What lies in the database now where it differs from `mine`: (label, value) pairs."""
    current = Opportunity.objects.with_everything().get(pk=pk)
    form = FORMS[section](instance=current)
    rows = []
    for field in form.visible_fields():
        value = field.value()
        values = [str(v) for v in value] if isinstance(value, list) else [str(value or "")]
        typed = mine.getlist(field.html_name) or [""]
        if sorted(filter(None, values)) != sorted(filter(None, typed)):
            rows.append((field.label, ", ".join(_in_words(field.field, v) for v in values)))
    return {"revision": current.revision, "rows": rows, "at": current.changed_at}


def _in_words(field: Any, value: str) -> str:
    """The words of a choice; other answers as they are; a dash for none."""
    choices = getattr(field, "choices", None) or []
    return next((str(words) for key, words in choices if str(key) == value), value) or "–"
