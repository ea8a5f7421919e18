from django.urls import path, register_converter

from plans.numbers import NumberConverter
from plans.views import commenting, editing, exports, moderating, reading

register_converter(NumberConverter, "number")

app_name = "plans"
urlpatterns = [
    path("plan/", reading.plan_show, name="plan_show"),
    path("plan.json", exports.plan_json, name="plan_json"),
    path("plan.csv", exports.plan_csv, name="plan_csv"),
    path("plan.md", exports.plan_md, name="plan_md"),
    path("plan/versions/", reading.version_list, name="version_list"),
    path("plan/versions/compare/", reading.version_compare, name="version_compare"),
    path("plan/items/<uuid:pk>/", reading.item_permalink, name="item_permalink"),
    path("plan/edit/", editing.plan_edit, name="plan_edit"),
    path("plan/publish/", editing.plan_publish, name="plan_publish"),
    path("plan/close/", editing.plan_close, name="plan_close"),
    path("plan/items/add/", editing.item_add, name="item_add_root"),
    path("plan/items/<uuid:pk>/add/", editing.item_add, name="item_add"),
    path("plan/items/<uuid:pk>/edit/", editing.item_edit, name="item_edit"),
    path("plan/items/<uuid:pk>/move/", editing.item_move, name="item_move"),
    path("plan/items/<uuid:pk>/retire/", editing.item_retire, name="item_retire"),
    path("plan/<number:number>/", reading.item_show, name="item_show"),
    path("plan/<number:number>/print/", reading.item_print, name="item_print"),
    path("plan/<number:number>/print.css", reading.print_css, name="print_css"),
    path("plan/<number:number>/comment/", commenting.comment_give, name="comment_give"),
    path("comments/sent/", commenting.comment_sent, name="comment_sent"),
    path("comments/confirm/<str:token>/", commenting.comment_confirm, name="comment_confirm"),
    path(
        "comments/confirm/<str:token>/fresh/",
        commenting.comment_fresh_link,
        name="comment_fresh_link",
    ),
    path("comments/<str:token>/", commenting.comment_follow, name="comment_follow"),
    path("comments/<str:token>/change/", commenting.comment_change, name="comment_change"),
    path("comments/<str:token>/withdraw/", commenting.comment_withdraw, name="comment_withdraw"),
    path("moderation/", moderating.comment_queue, name="comment_queue"),
    path("moderation/<int:pk>/", moderating.comment_decide, name="comment_decide"),
]
