from django.urls import path

from vocabularies import views

app_name = "vocabularies"
urlpatterns = [
    path("lookups/occupations.json", views.occupation_lookup, name="occupation_lookup"),
    path("lookups/places.json", views.place_lookup, name="place_lookup"),
]
