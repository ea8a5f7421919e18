from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.actions import gathering  # noqa: PLC0415  needs the models

        gathering.connect()
