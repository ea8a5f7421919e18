from django.urls import path

from accounts.views import (
    account,
    acting,
    closing,
    invitations,
    logos,
    memberships,
    organizations,
    queue,
    reviews,
)

app_name = "accounts"
urlpatterns = [
    path("welcome/", account.welcome, name="welcome"),
    path("account/", account.account_show, name="account_show"),
    path("account/name/", account.account_name, name="account_name"),
    path("account/acting-for/", acting.acting_for, name="acting_for"),
    path("account/kept-form/", account.kept_form_drop, name="kept_form_drop"),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation_accept"),
    path("invitations/<str:token>/again/", invitations.invitation_again, name="invitation_again"),
    path("organizations/new/", organizations.organization_new, name="organization_new"),
    path("organizations/<slug:slug>/", organizations.organization_show, name="organization_show"),
    path(
        "organizations/<slug:slug>/edit/",
        organizations.organization_edit,
        name="organization_edit",
    ),
    path("organizations/<slug:slug>/logo/", logos.logo_edit, name="logo_edit"),
    path("organizations/<slug:slug>/logo-<slug:digest>.png", logos.logo_show, name="logo_show"),
    path(
        "organizations/<slug:slug>/send/",
        organizations.organization_resubmit,
        name="organization_resubmit",
    ),
    path(
        "organizations/<slug:slug>/join/", memberships.organization_join, name="organization_join"
    ),
    path(
        "organizations/<slug:slug>/claim/",
        memberships.organization_claim,
        name="organization_claim",
    ),
    path("organizations/<slug:slug>/close/", closing.organization_close, name="organization_close"),
    path(
        "organizations/<slug:slug>/reopen/", closing.organization_reopen, name="organization_reopen"
    ),
    path("organizations/<slug:slug>/merge/", closing.organization_merge, name="organization_merge"),
    path(
        "organizations/<slug:slug>/people/invite/",
        invitations.organization_invite,
        name="organization_invite",
    ),
    path(
        "organizations/<slug:slug>/people/invitations/<int:pk>/",
        invitations.invitation_decide,
        name="invitation_decide",
    ),
    path(
        "organizations/<slug:slug>/people/",
        memberships.organization_people,
        name="organization_people",
    ),
    path(
        "organizations/<slug:slug>/people/<int:pk>/",
        memberships.membership_decide,
        name="membership_decide",
    ),
    path(
        "organizations/<slug:slug>/people/<int:pk>/end/",
        memberships.membership_end,
        name="membership_end",
    ),
    path(
        "organizations/<slug:slug>/review/",
        reviews.organization_review,
        name="organization_review",
    ),
    path("review/", queue.review_list, name="review_list"),
    path("review/<slug:kind>/<int:pk>/reader/", queue.review_assign, name="review_assign"),
]
