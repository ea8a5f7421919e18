"""The repair desk: what staff mend when no page of the portal does it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.claims import administered_alone
from accounts.models import Duty, Entry, Membership, Organization, Review, User


class UserForm(forms.ModelForm):
    """Nobody is switched off who alone administers an organization."""

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and (alone := administered_alone(self.instance)):
            names = ", ".join(str(organization) for organization in alone)
            raise ValidationError(f"Give these another administrator first, or close them: {names}")
        return is_active


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"]
    readonly_fields = ["date_joined", "last_login"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nor deleted; many at once are not deleted at all, as each has to be looked at."""
        if obj is None:
            return False
        return super().has_delete_permission(request, obj) and not administered_alone(obj)


@admin.register(Duty)
class DutyAdmin(admin.ModelAdmin):
    list_display = ["user", "role", "given_at", "given_by"]
    list_filter = ["role"]
    list_select_related = ["user", "given_by"]
    raw_id_fields = ["user", "given_by"]


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["name", "state", "employs", "teaches", "place", "created_at"]
    list_filter = ["state", "employs", "teaches"]
    list_select_related = ["place"]
    search_fields = ["name", "slug"]
    raw_id_fields = ["place", "industry", "decided_by", "created_by"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "organization", "role", "state", "asked_at"]
    list_filter = ["state", "role"]
    list_select_related = ["user", "organization"]
    raw_id_fields = ["user", "organization", "decided_by"]


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ["pk", "subject_type", "subject_id", "organization", "state", "sent_at"]
    list_filter = ["state", "subject_type"]
    list_select_related = ["subject_type", "organization"]
    raw_id_fields = ["organization", "sent_by", "decided_by"]


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """History is read, never written by hand."""

    list_display = ["at", "by_name", "what", "subject_name", "organization"]
    list_filter = ["subject_type"]
    list_select_related = ["organization"]
    search_fields = ["by_name", "subject_name", "what"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
