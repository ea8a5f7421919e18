from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from plans import following, live_figures  # noqa: PLC0415  needs the models

        following.connect()
        live_figures.connect()
