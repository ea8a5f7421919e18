from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"

    def ready(self) -> None:
        # Models can be imported only once every app is there.
        from accounts.following import when_renamed  # noqa: PLC0415
        from accounts.profile import sections  # noqa: PLC0415
        from programs.actions import rename_provider  # noqa: PLC0415
        from programs.profile import of_organization  # noqa: PLC0415

        when_renamed.append(rename_provider)
        sections.register("programs/_of_organization.html", of_organization)
