from django.urls import path

from accounts.views import account, logos, memberships, organizations, reviews

app_name = "accounts"
urlpatterns = [
    path("welcome/", account.welcome, name="welcome"),
    path("account/", account.account_show, name="account_show"),
    path("account/name/", account.account_name, name="account_name"),
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
    path("review/", reviews.review_list, name="review_list"),
]
