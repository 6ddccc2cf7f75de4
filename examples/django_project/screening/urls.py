"""The two views."""

from django.urls import path

from screening.views import receive_webhook, screen_customer

urlpatterns = [
    path("customers/<slug:number>/screening", screen_customer),
    path("webhooks/sphinx/<slug:secret>/", receive_webhook),
]
