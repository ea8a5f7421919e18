"""The portal's public interface: every address it answers."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_GET

from accounts.doors import public
from accounts.views import codes
from partnerships import sitemaps, views

handler400 = "partnerships.views.bad_request"
handler403 = "partnerships.views.forbidden"
handler404 = "partnerships.views.not_found"
handler500 = "partnerships.views.broken"

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("desk/", views.desk, name="desk"),
    path("open-data/", views.open_data, name="open_data"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("region.css", views.region_css, name="region_css"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", sitemaps.sitemap_part, name="sitemap_part"),
    path("robots.txt", views.robots, name="robots"),
    path("accounts/confirm-email/", codes.confirm_address, name="account_email_verification_sent"),
    path("accounts/login/code/confirm/", codes.confirm_sign_in, name="account_confirm_login_code"),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", public(require_GET(views.admin_login))),
    path("admin/", admin.site.urls),
    path("", include("vocabularies.urls")),
    path("", include("accounts.urls")),
    path("", include("programs.urls")),
    path("", include("employers.urls")),
    path("", include("plans.urls")),
    path("", include("outreach.urls")),
]

if settings.LOCAL:
    urlpatterns += [path("dev/components/", views.components, name="components")]
