"""Which posting a person may open here."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from employers import rules
from employers.models import Opportunity


def mine_or_404(request: HttpRequest, pk: int) -> Opportunity:
    """A posting of the person's own organization; nobody else may know of it."""
    opportunity = get_object_or_404(Opportunity.objects.with_everything(), pk=pk)
    if not rules.may_move_opportunity(request.user, opportunity):
        raise Http404
    return opportunity
