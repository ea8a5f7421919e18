"""For repair only. Versions are not here: they never change."""

from django.contrib import admin

from plans.models import CommentWindow, Plan, WorkGroup


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin):
    list_display = ["title", "period", "state"]
    readonly_fields = ["state"]


@admin.register(WorkGroup)
class WorkGroupAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "contact_name", "contact_email"]


@admin.register(CommentWindow)
class CommentWindowAdmin(admin.ModelAdmin):
    list_display = ["plan", "item", "opens_at", "closes_at"]
