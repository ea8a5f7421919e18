from django.urls import path, register_converter

from employers.views import browse, deciding, employers, moving, writing


class IdConverter:
    """A row's id: up to 18 digits, so that it fits the column."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")

app_name = "employers"
urlpatterns = [
    path("opportunities/", browse.opportunity_list, name="opportunity_list"),
    path("opportunities.json", browse.opportunity_json, name="opportunity_json"),
    path("opportunities.csv", browse.opportunity_csv, name="opportunity_csv"),
    path("opportunities.atom", browse.opportunity_atom, name="opportunity_atom"),
    path("opportunities.ics", browse.opportunity_ics, name="opportunity_ics"),
    path(
        "opportunities/occupations/", browse.opportunity_occupations, name="opportunity_occupations"
    ),
    path("opportunities/post/", writing.opportunity_post, name="opportunity_post"),
    path("opportunities/<id:pk>/edit/", writing.opportunity_edit, name="opportunity_edit"),
    path(
        "opportunities/<id:pk>/edit/<slug:section>/",
        writing.opportunity_section,
        name="opportunity_section",
    ),
    path("opportunities/<id:pk>/preview/", moving.opportunity_preview, name="opportunity_preview"),
    path("opportunities/<id:pk>/send/", moving.opportunity_send, name="opportunity_send"),
    path(
        "opportunities/<id:pk>/move/<slug:move>/", moving.opportunity_move, name="opportunity_move"
    ),
    path("opportunities/<id:pk>/close/", moving.opportunity_close, name="opportunity_close"),
    path("opportunities/<id:pk>/review/", deciding.opportunity_review, name="opportunity_review"),
    path("opportunities/<id:pk>/", browse.opportunity_show, name="opportunity_show_short"),
    path("opportunities/<id:pk>/<str:slug>/", browse.opportunity_show, name="opportunity_show"),
    path("employers/", employers.employer_list, name="employer_list"),
    path("employers.json", employers.employer_json, name="employer_json"),
    path("employers/<slug:slug>/offers/", employers.employer_offers, name="employer_offers"),
    path("employers/<slug:slug>/", employers.employer_show, name="employer_show"),
]
