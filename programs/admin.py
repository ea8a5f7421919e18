"""For repair, and until providers keep their programs themselves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from programs.actions import keep_search_words, with_derived
from programs.models import CareerCenter, Program, Provider


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    list_display = ["__str__", "kind"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]


@admin.register(CareerCenter)
class CareerCenterAdmin(admin.ModelAdmin):
    list_display = ["name", "provider", "active"]
    list_select_related = ["provider__organization"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["place"]


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):
    list_display = ["title", "provider", "checked_on", "active"]
    list_select_related = ["provider__organization"]
    list_filter = ["active", "tier", "format"]
    search_fields = ["title"]
    autocomplete_fields = ["provider", "career_center", "cip", "occupations", "place"]

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        super().save_model(request, with_derived(obj), form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        keep_search_words(program=form.instance)
