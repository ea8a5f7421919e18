"""Counts beside the filters of the browse page."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q

from employers.choices import Paid, Support
from employers.models import Opportunity
from employers.search import PAY, WITHIN, OpportunityQuery


def facets(query: OpportunityQuery, at: datetime) -> dict[str, dict[str, int]]:
    """Counts beside each filter, each with every other filter applied and its own left out.

    {"kind": {value: n}, "sector": {slug: n}, "county": {fips: n}, "mode": {value: n},
    "supports": {value: n}, "pay": {value: n, "": n}, "within": {miles: n, "": n}}.
    Seven queries, whatever the number of rows.
    """
    public = Opportunity.objects.public(at).order_by()

    def grouped(key: str, column: str) -> dict[str, int]:
        rows = query.filter(public, leave_out=key).values_list(column)
        return {value: n for value, n in rows.annotate(n=Count("pk", distinct=True)) if value}

    supports = query.filter(public).aggregate(
        **{_name(s): Count("pk", filter=Q(supports__contains=[s])) for s in Support.values}
    )
    pays = query.filter(public, leave_out="pay").aggregate(
        total=Count("pk"),
        paid=Count("pk", filter=Q(paid__in=[Paid.WAGE, Paid.STIPEND])),
        **{
            f"from_{amount}": Count("pk", filter=Q(hourly_pay__gte=Decimal(amount)))
            for amount in PAY
            if amount != "paid"
        },
    )
    found = {
        "kind": grouped("kind", "kind"),
        "sector": grouped("sector", "sector__slug"),
        "county": grouped("county", "locations__county"),
        "mode": grouped("mode", "mode"),
        "supports": {s: supports[_name(s)] for s in Support.values},
        "pay": {amount: pays["paid" if amount == "paid" else f"from_{amount}"] for amount in PAY}
        | {"": pays["total"]},
        "within": {},
    }
    if query.near:
        rings = query.filter(public, leave_out="near").aggregate(
            total=Count("pk"),
            **{f"within_{m}": Count("pk", filter=query.within_miles(n)) for m, n in WITHIN.items()},
        )
        found["within"] = {m: rings[f"within_{m}"] for m in WITHIN} | {"": rings["total"]}
    return found


def _name(support: str) -> str:
    return "gives_" + support.replace("-", "_")
