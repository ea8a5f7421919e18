"""What an employer offers its own people."""

from accounts.forms import PortalModelForm
from employers.models import Employer


class OffersForm(PortalModelForm):
    class Meta:
        model = Employer
        fields = ["tuition_assistance", "flexible_schedules", "on_the_job_training", "mentoring"]
        labels = {
            "tuition_assistance": "Tuition assistance: you pay for classes, in full or in part",
            "flexible_schedules": "Flexible schedules: hours that bend around class or family",
            "on_the_job_training": "Paid on-the-job training",
            "mentoring": "Mentoring: somebody of yours who guides each new person",
        }
