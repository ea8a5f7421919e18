from django.conf import settings
from django.urls import path

from outreach.views import digests, letters, mail, subscriptions

app_name = "outreach"
urlpatterns = [
    path("subscribe/", subscriptions.subscribe, name="subscribe"),
    path("subscribe/sent/", subscriptions.subscribe_sent, name="subscribe_sent"),
    path(
        "subscriptions/confirm/<str:token>/",
        subscriptions.subscription_confirm,
        name="subscription_confirm",
    ),
    path("subscriptions/again/", subscriptions.subscription_again, name="subscription_again"),
    path(
        "subscriptions/<str:token>/", subscriptions.subscription_manage, name="subscription_manage"
    ),
    path("unsubscribe/<str:token>/", subscriptions.unsubscribe, name="unsubscribe"),
    path("letters/", letters.letter_list, name="letter_list"),
    path("letters/<int:pk>/", letters.letter_show, name="letter_show"),
    path("letters/<int:pk>/retry/", letters.letter_retry, name="letter_retry"),
    path("letters/<int:pk>/set-aside/", letters.letter_set_aside, name="letter_set_aside"),
    path("digests/", digests.digest_list, name="digest_list"),
    path("digests/<int:pk>/", digests.subscription_show, name="subscription_show"),
    path("digests/<int:pk>/preview/", digests.subscription_preview, name="subscription_preview"),
    path("digests/<int:pk>/send/", digests.subscription_send, name="subscription_send"),
]

if settings.LOCAL:
    urlpatterns += [
        path("dev/mail/", mail.mail_list, name="mail_list"),
        path("dev/mail/<str:name>/", mail.mail_show, name="mail_show"),
        path("dev/mail/<str:name>/html/", mail.mail_html, name="mail_html"),
    ]
