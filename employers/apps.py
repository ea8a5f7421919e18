from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "employers"

    def ready(self) -> None:
        from accounts.following import when_renamed  # noqa: PLC0415
        from accounts.profile import sections  # noqa: PLC0415 - models are ready only now
        from employers.actions import rename_employer  # noqa: PLC0415
        from employers.profile import of_organization  # noqa: PLC0415

        when_renamed.append(rename_employer)
        sections.register("employers/_of_organization.html", of_organization)
