from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        # Models can be imported only once every app is there.
        from accounts.profile import sections  # noqa: PLC0415
        from programs import following  # noqa: PLC0415
        from programs.profile import of_organization  # noqa: PLC0415

        following.connect()
        sections.register("programs/_of_organization.html", of_organization)
