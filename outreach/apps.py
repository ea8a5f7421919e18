from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self) -> None:
        from outreach import (  # noqa: PLC0415  needs the models
            calling_back,
            erasing,
            following,
            live,
            safety,
        )

        calling_back.connect()
        erasing.connect()
        following.connect()
        live.connect()
        safety.connect()
