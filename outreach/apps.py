from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        from outreach import erasing, following, live, safety  # noqa: PLC0415  needs the models

        erasing.connect()
        following.connect()
        live.connect()
        safety.connect()
