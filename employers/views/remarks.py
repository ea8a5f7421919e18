"""The employer's side of a remark: take the proposed words, change the field, or answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import MoveRefused
from accounts.models import Remark
from employers import actions
from employers.forms.review import RemarkAnswerForm
from employers.models import Opportunity
from employers.postings.remarks import asked_of, remarks_seen
from employers.views.mine import mine_or_404

ACCEPT, ANSWER = "accept", "answer"


@require_http_methods(["GET", "HEAD", "POST"])
def remark_answer(request: HttpRequest, pk: int, remark: int) -> HttpResponse:
    """One remark. From the posting's pages its buttons post here and lead back."""
    opportunity = mine_or_404(request, pk)
    review = asked_of(opportunity)
    asked = get_object_or_404(Remark, pk=remark, review=review)
    do = request.POST.get("do", "")
    form = RemarkAnswerForm(
        request.POST or None,
        answering=do == ANSWER,
        initial={"revision": opportunity.revision, "answer": asked.answer},
    )
    status, changed = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _act(request, opportunity, asked, form)
            except actions.Conflict:
                status, changed = 409, True
                opportunity = mine_or_404(request, pk)
                kept = {"answer": form.cleaned_data["answer"], "revision": opportunity.revision}
                form = RemarkAnswerForm(initial=kept)
            except actions.WordsRefused as refused:
                form.add_error(None, f"These words cannot be saved: {refused}")
            except MoveRefused as refused:
                form.add_error(None, str(refused))
            else:
                said = "The words are taken over." if do == ACCEPT else "Your answer is kept."
                messages.success(request, f"{said} Send it again when all is done.")
                return redirect("employers:opportunity_edit", pk)
    assert review is not None  # the remark was found by it
    seen = [one for one in remarks_seen(review, opportunity) if one.remark.pk == asked.pk]
    context = {"opportunity": opportunity, "seen": seen[0], "form": form, "changed": changed}
    return render(request, "employers/remark_answer.html", context, status=status)


def _act(
    request: HttpRequest, opportunity: Opportunity, remark: Remark, form: RemarkAnswerForm
) -> None:
    do = request.POST.get("do")
    if do == ACCEPT:
        actions.accept_words(
            opportunity=opportunity,
            remark=remark,
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    elif do == ANSWER:
        actions.answer_remark(
            opportunity=opportunity,
            remark=remark,
            answer=form.cleaned_data["answer"],
            by=request.user,
        )
    else:
        raise MoveRefused("Choose to use the words or to answer.")
