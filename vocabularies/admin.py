"""For repair: the region, its sectors, and single rows of the reference lists."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from vocabularies.lookups import refresh_words
from vocabularies.models import (
    AlternateTitle,
    CareerCluster,
    County,
    Industry,
    InstructionalProgram,
    LoadedFile,
    Occupation,
    Place,
    Region,
    Sector,
    Skill,
)


@admin.register(Region)
class RegionAdmin(admin.ModelAdmin):
    autocomplete_fields = ["counties", "centre"]

    def has_delete_permission(self, request: HttpRequest, obj: Region | None = None) -> bool:
        return False


@admin.register(County)
class CountyAdmin(admin.ModelAdmin):
    list_display = ["name", "state", "fips"]
    search_fields = ["name", "fips"]


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin):
    list_display = ["zip", "city", "state"]
    search_fields = ["zip", "city"]
    autocomplete_fields = ["county"]


@admin.register(Sector)
class SectorAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "industry", "cluster"]
    prepopulated_fields = {"slug": ["name"]}


class AlternateTitleInline(admin.TabularInline):
    model = AlternateTitle
    extra = 0


@admin.register(Occupation)
class OccupationAdmin(admin.ModelAdmin):
    list_display = ["title", "code"]
    search_fields = ["title", "code"]
    inlines = [AlternateTitleInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        refresh_words(occupation=form.instance)


@admin.register(InstructionalProgram)
class InstructionalProgramAdmin(admin.ModelAdmin):
    list_display = ["code", "title"]
    search_fields = ["code", "title"]


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(LoadedFile)
class LoadedFileAdmin(admin.ModelAdmin):
    list_display = ["name", "rows", "loaded_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LoadedFile | None = None) -> bool:
        return False


admin.site.register([Industry, CareerCluster])
