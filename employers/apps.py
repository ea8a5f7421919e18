from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "employers"

    def ready(self) -> None:
        from accounts.profile import sections  # noqa: PLC0415 - models are ready only now
        from employers import following  # noqa: PLC0415
        from employers.profile import of_organization  # noqa: PLC0415

        following.connect()
        sections.register("employers/_of_organization.html", of_organization)
