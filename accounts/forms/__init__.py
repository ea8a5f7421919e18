"""The shape of what a person types. Every room's forms stand on the two bases here."""

from accounts.forms.base import PortalForm, PortalModelForm, SignupForm, TidyMixin

__all__ = ["PortalForm", "PortalModelForm", "SignupForm", "TidyMixin"]
