from outreach.models.letters import Letter
from outreach.models.subscriptions import Digest, Subscription

__all__ = ["Digest", "Letter", "Subscription"]
