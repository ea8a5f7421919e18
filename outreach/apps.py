from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        from outreach import safety  # noqa: PLC0415  needs the models

        safety.connect()
