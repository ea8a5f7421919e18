from django.urls import path, register_converter

from employers.views import (
    answering,
    browse,
    deciding,
    employers,
    exports,
    imports,
    keeping,
    moving,
    overview,
    policy,
    remarks,
    renewing,
    reports,
    usual,
    writing,
)


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
    path("opportunities.json", exports.opportunity_json, name="opportunity_json"),
    path("opportunities.csv", exports.opportunity_csv, name="opportunity_csv"),
    path("opportunities.xlsx", exports.opportunity_xlsx, name="opportunity_xlsx"),
    path("opportunities.atom", exports.opportunity_atom, name="opportunity_atom"),
    path("opportunities.ics", exports.opportunity_ics, name="opportunity_ics"),
    path(
        "opportunities/occupations/", browse.opportunity_occupations, name="opportunity_occupations"
    ),
    path("opportunities/post/", writing.opportunity_post, name="opportunity_post"),
    path("opportunities/import/", imports.import_start, name="import_start"),
    path("opportunities/import/<id:pk>/", imports.import_show, name="import_show"),
    path("opportunities/import/<id:pk>/columns/", imports.import_match, name="import_match"),
    path("opportunities/import/<id:pk>/check/", imports.import_check, name="import_check"),
    path("opportunities/import/<id:pk>/run/", imports.import_run, name="import_run"),
    path("opportunities/import/<id:pk>/send/", imports.import_send, name="import_send"),
    path("opportunities/import/<id:pk>/undo/", imports.import_undo, name="import_undo"),
    path("opportunities/import/<id:pk>/drop/", imports.import_drop, name="import_drop"),
    path("opportunities/import/<id:pk>/refused.csv", imports.import_refused, name="import_refused"),
    path("opportunities/mine/", overview.opportunity_mine, name="opportunity_mine"),
    path("opportunities/mine/several/", overview.opportunity_bulk, name="opportunity_bulk"),
    path(
        "opportunities/answer/<str:token>/",
        answering.opportunity_answer,
        name="opportunity_answer",
    ),
    path("opportunities/<id:pk>/edit/", writing.opportunity_edit, name="opportunity_edit"),
    path(
        "opportunities/<id:pk>/edit/<slug:section>/",
        writing.opportunity_section,
        name="opportunity_section",
    ),
    path(
        "opportunities/<id:pk>/edit/<slug:section>/autosave/",
        writing.opportunity_autosave,
        name="opportunity_autosave",
    ),
    path(
        "opportunities/<id:pk>/coach/<slug:rule>/",
        writing.opportunity_coach,
        name="opportunity_coach",
    ),
    path("opportunities/<id:pk>/preview/", moving.opportunity_preview, name="opportunity_preview"),
    path("opportunities/<id:pk>/send/", moving.opportunity_send, name="opportunity_send"),
    path(
        "opportunities/<id:pk>/move/<slug:move>/", moving.opportunity_move, name="opportunity_move"
    ),
    path("opportunities/<id:pk>/pause/", moving.opportunity_pause, name="opportunity_pause"),
    path(
        "opportunities/<id:pk>/schedule/", moving.opportunity_schedule, name="opportunity_schedule"
    ),
    path("opportunities/<id:pk>/extend/", renewing.opportunity_extend, name="opportunity_extend"),
    path("opportunities/<id:pk>/relist/", renewing.opportunity_relist, name="opportunity_relist"),
    path("opportunities/<id:pk>/change/", renewing.opportunity_change, name="opportunity_change"),
    path("opportunities/<id:pk>/drop/", renewing.opportunity_drop, name="opportunity_drop"),
    path("opportunities/<id:pk>/close/", moving.opportunity_close, name="opportunity_close"),
    path("opportunities/<id:pk>/review/", deciding.opportunity_review, name="opportunity_review"),
    path("opportunities/<id:pk>/remarks/<id:remark>/", remarks.remark_answer, name="remark_answer"),
    path("opportunities/<id:pk>/report/", reports.report_give, name="report_give"),
    path("reports/sent/", reports.report_sent, name="report_sent"),
    path("review/reports/<id:pk>/", reports.report_decide, name="report_decide"),
    path("review/policy/", policy.policy_edit, name="policy_edit"),
    path("opportunities/<id:pk>/save/", keeping.opportunity_save, name="opportunity_save"),
    path("saved/", keeping.kept_list, name="kept_list"),
    path("saved/searches/new/", keeping.search_save, name="search_save"),
    path("saved/searches/<id:pk>/rename/", keeping.search_rename, name="search_rename"),
    path("saved/searches/<id:pk>/look/", keeping.search_look, name="search_look"),
    path("saved/searches/<id:pk>/delete/", keeping.search_delete, name="search_delete"),
    path("opportunities/<id:pk>/", browse.opportunity_show, name="opportunity_show_short"),
    path("opportunities/<id:pk>/<str:slug>/", browse.opportunity_show, name="opportunity_show"),
    path("employers/", employers.employer_list, name="employer_list"),
    path("employers.json", employers.employer_json, name="employer_json"),
    path("employers/<slug:slug>/offers/", employers.employer_offers, name="employer_offers"),
    path("employers/<slug:slug>/usual/", usual.employer_usual, name="employer_usual"),
    path("employers/<slug:slug>/trust/", policy.employer_trust, name="employer_trust"),
    path("employers/<slug:slug>/", employers.employer_show, name="employer_show"),
]
