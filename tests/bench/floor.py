# ruff: noqa: DJ008
"""The floor: what the same rows cost in the plainest Django that can answer.

One file, the same PostgreSQL, the same rows in plain HTML: no counts beside filters, no frame, no
sessions, no rights, no security headers. What the portal costs above it is what those cost.
"""

import os
from datetime import datetime
from typing import Any

import django
import environ
from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="floor" * 10,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.postgres"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": environ.Env.db_url_config(os.environ["DATABASE_URL"])
        | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    },
    USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()

from django.contrib.postgres.search import SearchQuery, SearchVectorField  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.db.models import Exists, F, OuterRef, Q  # noqa: E402
from django.db.models.functions import ACos, Cos, Least, Radians, Sin  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Organization(models.Model):
    name = models.TextField()
    state = models.TextField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table = "floor", "accounts_organization"


class Employer(models.Model):
    organization = models.ForeignKey(Organization, models.PROTECT)

    class Meta:
        app_label, db_table = "floor", "employers_employer"


class Place(models.Model):
    zip = models.TextField(primary_key=True)
    city = models.TextField()
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        app_label, db_table = "floor", "vocabularies_place"


class Sector(models.Model):
    slug = models.TextField()

    class Meta:
        app_label, db_table = "floor", "vocabularies_sector"


class Opportunity(models.Model):
    employer = models.ForeignKey(Employer, models.PROTECT)
    sector = models.ForeignKey(Sector, models.PROTECT)
    kind = models.TextField()
    state = models.TextField()
    title = models.TextField()
    summary = models.TextField()
    tasks_html = models.TextField()
    lessons_html = models.TextField()
    pay_min = models.DecimalField(max_digits=9, decimal_places=2)
    pay_max = models.DecimalField(max_digits=9, decimal_places=2)
    pay_unit = models.TextField()
    hours_min = models.DecimalField(max_digits=5, decimal_places=1)
    apply_to = models.TextField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    search = SearchVectorField()

    class Meta:
        app_label, db_table = "floor", "employers_opportunity"


class Location(models.Model):
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="locations")
    place = models.ForeignKey(Place, models.PROTECT)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        app_label, db_table = "floor", "employers_location"


class Version(models.Model):
    plan = models.IntegerField(db_column="plan_id")
    number = models.IntegerField()

    class Meta:
        app_label, db_table = "floor", "plans_planversion"


class VersionItem(models.Model):
    version = models.ForeignKey(Version, models.PROTECT)
    item_id = models.UUIDField()
    number = models.TextField()
    statement = models.TextField()
    text_html = models.TextField()

    class Meta:
        app_label, db_table = "floor", "plans_versionitem"


class Comment(models.Model):
    item_id = models.UUIDField()
    organization = models.ForeignKey(Organization, models.PROTECT, null=True)
    name = models.TextField()
    organization_name = models.TextField()
    stance = models.TextField()
    state = models.TextField()
    created_at = models.DateTimeField()
    text_html = models.TextField()

    class Meta:
        app_label, db_table = "floor", "plans_comment"


FACTS = """<p>{{ row.kind }}, {{ row.employer.organization.name }},
{% for location in row.locations.all %}{{ location.place.city }} {% endfor %}</p>
<p>{{ row.pay_min }} to {{ row.pay_max }} {{ row.pay_unit }}, {{ row.hours_min }},
closes {{ row.closes_at|date:"j M" }}</p>"""
LIST = Template(
    "<!doctype html><title>Opportunities</title><ol>{% for row in rows %}"
    '<li><h3><a href="/opportunities/{{ row.pk }}/x/">{{ row.title }}</a></h3>'
    f"{FACTS}</li>{{% endfor %}}</ol>"
)
SHOW = Template(
    "<!doctype html><title>{{ row.title }}</title><h1>{{ row.title }}</h1>"
    f"<p>{{{{ row.summary }}}}</p>{FACTS}"
    "{{ row.tasks_html|safe }}{{ row.lessons_html|safe }}<p>{{ row.apply_to }}</p>"
)
ITEM = Template(
    "<!doctype html><title>{{ item.number }}</title><h1>{{ item.number }} {{ item.statement }}</h1>"
    "{{ item.text_html|safe }}<ol>{% for row in rows %}"
    "<li><p>{{ row.name }}, {% firstof row.organization.name row.organization_name %}, "
    '{{ row.created_at|date:"j M" }}, {{ row.stance }}</p>{{ row.text_html|safe }}</li>'
    "{% endfor %}</ol>"
)
LONG = ("tasks_html", "lessons_html", "summary", "search")


def public() -> Any:
    """Without those that have no end: with them, no index would find the first page."""
    now = timezone.now()
    return Opportunity.objects.filter(
        closes_at__gt=now,
        state="published",
        opens_at__lte=now,
        employer__organization__state__in=["verified", "returned", "pending"],
        employer__organization__verified_at__isnull=False,
    )


def within(zip_code: str, miles: int) -> Exists:
    """A place in the box, then within the circle."""
    here = Place.objects.get(zip=zip_code)
    tall, wide = miles / 69, miles / 55
    near = Location.objects.filter(
        opportunity=OuterRef("pk"),
        latitude__range=(here.latitude - tall, here.latitude + tall),
        longitude__range=(here.longitude - wide, here.longitude + wide),
    )
    cosine = Sin(Radians(here.latitude)) * Sin(Radians(F("latitude"))) + Cos(
        Radians(here.latitude)
    ) * Cos(Radians(F("latitude"))) * Cos(Radians(F("longitude") - here.longitude))
    return Exists(near.annotate(miles=3958.76 * ACos(Least(1.0, cosine))).filter(miles__lte=miles))


def browse(request: HttpRequest) -> HttpResponse:
    asked, rows = request.GET, public()
    if words := asked.get("q"):
        rows = rows.filter(search=SearchQuery(words, config="english", search_type="websearch"))
    if kind := asked.get("kind"):
        rows = rows.filter(kind=kind)
    if sector := asked.get("sector"):
        rows = rows.filter(sector__slug=sector)
    if near := asked.get("near"):
        rows = rows.filter(within(near, int(asked.get("within", "25"))))
    if after := asked.get("after"):
        moment, _, pk = after.rpartition("~")
        at = datetime.fromisoformat(moment)
        rows = rows.filter(Q(closes_at__gt=at) | Q(closes_at=at, pk__gt=int(pk)))
    rows = rows.select_related("employer__organization").defer(*LONG)
    rows = rows.prefetch_related("locations__place").order_by("closes_at", "pk")[:25]
    return HttpResponse(LIST.render(Context({"rows": rows})))


def show(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    rows = Opportunity.objects.select_related("employer__organization").defer("search")
    row = get_object_or_404(rows.prefetch_related("locations__place"), pk=pk)
    return HttpResponse(SHOW.render(Context({"row": row})))


def plan_item(request: HttpRequest, number: str) -> HttpResponse:
    """One item of the newest version, and all that was said to it."""
    found = VersionItem.objects.select_related("version").filter(number=number)
    item = found.order_by("-version__plan", "-version__number")[0]
    rows = Comment.objects.filter(item_id=item.item_id, state="published")
    rows = rows.select_related("organization").order_by("pk")
    return HttpResponse(ITEM.render(Context({"item": item, "rows": rows})))


urlpatterns = [
    path("opportunities/", browse),
    path("opportunities/<int:pk>/<slug>/", show),
    path("plan/<str:number>/", plan_item),
    path("plan/<str:number>/print/", plan_item),
]
application = get_wsgi_application()
