from django.apps import AppConfig


class EmployersConfig(AppConfig):
    name = "employers"

    def ready(self) -> None:
        from accounts.profile import sections  # noqa: PLC0415 - models are ready only now
        from accounts.queue import kinds  # noqa: PLC0415
        from employers import following, queue  # noqa: PLC0415
        from employers.profile import of_organization  # noqa: PLC0415

        following.connect()
        sections.register("employers/_of_organization.html", of_organization)
        queue.register(kinds)
