"""Somebody of the public reports a posting; staff decide all reports of it together."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import MoveRefused, NotAllowed, ReasonMissing
from accounts.doors import for_duty, public
from accounts.history import entries_of
from accounts.models import Entry, Review
from accounts.queue import assign_url
from accounts.rules import may_decide_review, may_review
from accounts.strangers import sender_of
from employers import actions, rules
from employers.choices import ReportState
from employers.forms.review import ReportForm, VerdictForm
from employers.models import Opportunity, Report
from employers.postings.standing import refusal

VERDICTS = {
    "take-down": (ReportState.UPHELD, "Taken down: {}. Its people have your reason."),
    "note": (ReportState.UPHELD, "Noted. {} stays public."),
    "dismiss": (ReportState.DISMISSED, "Dismissed. {} stays public."),
}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def report_give(request: HttpRequest, pk: int) -> HttpResponse:
    """The public form: no account, no script."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    if not rules.may_see_opportunity(request.user, opportunity):
        raise Http404
    is_open = opportunity.standing() == "open"
    if request.method != "POST":
        return _report_page(request, opportunity, ReportForm(), is_open)
    form = ReportForm(request.POST)
    if form.is_trap:
        return redirect("employers:report_sent")
    if not form.is_valid():
        return _report_page(request, opportunity, form, is_open, status=422)
    try:
        actions.give_report(opportunity=opportunity, sender=sender_of(request), **form.given())
    except actions.TooMany as refused:
        form.add_error(None, str(refused))
        return _report_page(request, opportunity, form, is_open, status=429)
    except actions.NothingToReport:
        return _report_page(request, opportunity, form, is_open=False, status=409)
    return redirect("employers:report_sent")


def _report_page(
    request: HttpRequest,
    opportunity: Opportunity,
    form: ReportForm,
    is_open: bool,
    status: int = 200,
) -> HttpResponse:
    typed = str(form.data.get("text", ""))[:2000] if form.is_bound and not is_open else ""
    context = {"opportunity": opportunity, "form": form, "is_open": is_open, "typed": typed}
    return render(request, "employers/report_give.html", context, status=status)


@public
@require_safe
def report_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "employers/report_sent.html")


@for_duty()
@require_http_methods(["GET", "HEAD", "POST"])
def report_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """All open reports of one posting, and what staff found."""
    report = get_object_or_404(Report.objects.select_related("opportunity"), pk=pk)
    opportunity = Opportunity.objects.with_everything().get(pk=report.opportunity_id)
    review = actions.open_review(opportunity)
    may_decide = may_review(request.user, opportunity.employer.organization) and (
        review is None or may_decide_review(request.user, review)
    )
    reports = actions.open_reports(opportunity)
    seen, do = {"seen": actions.mark_of(reports)}, request.POST.get("do", "")
    form = VerdictForm(request.POST or None, initial=seen, take_down=do == "take-down")
    changed = False
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        try:
            if form.is_valid() and _decide(request, opportunity, form):
                return redirect("accounts:review_list")
        except actions.Conflict:
            changed = True
            form = VerdictForm({**request.POST.dict(), **seen})
    context = {
        "opportunity": opportunity,
        "reports": reports,
        "decided": opportunity.reports.exclude(state=ReportState.OPEN).select_related("decided_by"),
        "form": form,
        "changed": changed,
        "may_decide": may_decide,
        "may_take_down": not refusal("take-down", opportunity),
        "review": review,
        "reader": review.reader if review else None,
        "assign_url": assign_url(review) if review and may_decide else "",
        "history": _history(opportunity, review),
    }
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "employers/report_decide.html", context, status=status)


def _decide(request: HttpRequest, opportunity: Opportunity, form: VerdictForm) -> bool:
    """True when decided; otherwise the form says why not."""
    do = request.POST.get("do", "")
    if do not in VERDICTS:
        form.add_error(None, "Choose to take it down, to note it or to dismiss the reports.")
        return False
    verdict, said = VERDICTS[do]
    try:
        actions.decide_reports(
            opportunity=opportunity,
            verdict=verdict,
            take_down=do == "take-down",
            by=request.user,
            **form.cleaned_data,
        )
    except (MoveRefused, NotAllowed, ReasonMissing) as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, said.format(opportunity.title))
    return True


def _history(opportunity: Opportunity, review: Review | None) -> list[Entry]:
    entries = entries_of(opportunity)
    if review is not None:
        entries |= entries_of(review)
    for report in opportunity.reports.order_by("-sent_at")[:20]:
        entries |= entries_of(report)
    return list(entries[:50])
