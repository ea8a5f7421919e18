from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "employers"

    def ready(self) -> None:
        from accounts.profile import sections  # noqa: PLC0415 - models are ready only now
        from employers.profile import of_organization  # noqa: PLC0415

        sections.register("employers/_of_organization.html", of_organization)
