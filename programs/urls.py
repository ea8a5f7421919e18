from django.urls import path

from programs import views

app_name = "programs"
urlpatterns = [
    path("programs/", views.program_list, name="program_list"),
    path("programs.json", views.program_json, name="program_json"),
    path("programs.csv", views.program_csv, name="program_csv"),
    path("programs/<int:pk>/<str:slug>/", views.program_show, name="program_show"),
    path("career-centers/", views.center_list, name="center_list"),
    path("career-centers/<slug:slug>/", views.center_show, name="center_show"),
]
