"""What this region asks of postings, and whom it trusts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import NotAllowed, ReasonMissing
from accounts.choices import StaffRole
from accounts.doors import for_duty
from accounts.history import entries_of
from accounts.models import Entry, Organization
from accounts.rules import may_administer, may_verify_organization
from employers import actions, coach
from employers.choices import LiveEdits
from employers.forms.review import LEVELS, PolicyForm, TrustForm
from employers.models import Employer, Policy


@for_duty(StaffRole.EVALUATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def policy_edit(request: HttpRequest) -> HttpResponse:
    """The region's choices. Evaluators read them, administrators change them."""
    may_change = may_administer(request.user)
    policy, changed = Policy.current(), False
    form = _policy_form(policy, request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            try:
                actions.change_policy(
                    values=form.values(), seen=form.cleaned_data["seen"], by=request.user
                )
            except actions.Conflict:
                policy, changed = Policy.current(), True
                form = _policy_form(
                    policy, {**request.POST.dict(), "seen": actions.policy_mark(policy)}
                )
            else:
                messages.success(request, "Saved. It holds from now on.")
                return redirect("employers:policy_edit")
    context = {
        "form": form,
        "policy": policy,
        "rules": [(form[f"rule-{rule.slug}"], rule.watches, rule.source) for rule in coach.RULES],
        "may_change": may_change,
        "changed": changed,
        "now": _in_words(policy) if changed or not may_change else [],
        "history": [(entry, _difference(entry)) for entry in entries_of(policy)[:50]]
        if policy.pk
        else [],
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "employers/policy_edit.html", context, status=status)


def _policy_form(policy: Policy, data: Any) -> PolicyForm:
    initial = {
        "seen": actions.policy_mark(policy),
        "trusted_at_once": policy.trusted_at_once,
        "live_edits": policy.live_edits,
        "most_days_open": policy.most_days_open,
        "minimum_wage": policy.minimum_wage,
        "rules": policy.rules,
    }
    return PolicyForm(data, initial=initial, rules=_rules())


def _rules() -> list[tuple[str, str, str]]:
    """(slug, title, default level) of the coach's rules."""
    return [(rule.slug, rule.title, rule.level) for rule in coach.RULES]


def _in_words(policy: Policy) -> list[tuple[str, str]]:
    chosen = policy.rules or {}
    return [
        ("Postings of trusted employers", _said("trusted_at_once", policy.trusted_at_once)),
        ("Changes of a published posting", _said("live_edits", policy.live_edits)),
        ("Days that a posting may stay open", str(policy.most_days_open)),
        ("Least pay an hour", _said("minimum_wage", policy.minimum_wage)),
        *((title, LEVELS[chosen.get(slug, level)]) for slug, title, level in _rules()),
    ]


def _said(name: str, value: Any) -> str:
    if name == "trusted_at_once":
        return "published at once" if value else "read by a reviewer first"
    if name == "minimum_wage":
        return f"${value}" if value else "the federal one"
    return str(dict(LiveEdits.choices).get(value, value))


def _difference(entry: Entry) -> list[tuple[str, str, str]]:
    """(what, before, after) of one change, in words."""
    labels = {
        "trusted_at_once": "Postings of trusted employers",
        "live_edits": "Changes of a published posting",
        "most_days_open": "Days open",
        "minimum_wage": "Least pay an hour",
    }
    found = [
        (label, _said(name, entry.before.get(name)), _said(name, entry.after[name]))
        for name, label in labels.items()
        if name in entry.after
    ]
    if "rules" not in entry.after:
        return found
    before, after = entry.before.get("rules") or {}, entry.after["rules"]
    for slug, title, level in _rules():
        was, now = before.get(slug, level), after.get(slug, level)
        if was != now:
            found.append((title, LEVELS.get(was, was), LEVELS.get(now, now)))
    return found


@for_duty()
@require_http_methods(["GET", "HEAD", "POST"])
def employer_trust(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether this employer's postings may be published at once."""
    organization = get_object_or_404(Organization, slug=slug)
    may_decide = may_verify_organization(request.user, organization)
    employer = Employer.objects.filter(organization=organization).first()
    form = TrustForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid() and _trust(request, organization, form):
            return redirect("employers:employer_trust", organization.slug)
    context = {
        "organization": organization,
        "employer": employer,
        "form": form,
        "may_decide": may_decide,
        "policy": Policy.current(),
        "history": entries_of(organization).filter(what__contains="trust")[:20],
    }
    status = 422 if form.errors else 200
    return render(request, "employers/employer_trust.html", context, status=status)


def _trust(request: HttpRequest, organization: Organization, form: TrustForm) -> bool:
    trusted = request.POST.get("do") == "trust"
    try:
        actions.trust_employer(
            organization=organization,
            trusted=trusted,
            reason=form.cleaned_data["reason"],
            by=request.user,
        )
    except (NotAllowed, ReasonMissing) as refused:
        form.add_error(None, str(refused))
        return False
    said = "is trusted now" if trusted else "is no longer trusted"
    messages.success(request, f"{organization} {said}. Its administrators have a letter.")
    return True
