from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        from outreach import following, safety  # noqa: PLC0415  needs the models

        following.connect()
        safety.connect()
