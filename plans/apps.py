from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "plans"

    def ready(self) -> None:
        from plans import following  # noqa: PLC0415  needs the models
        from plans.progress import figures  # noqa: PLC0415  needs the models

        following.connect()
        figures.connect()
