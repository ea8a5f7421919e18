"""How the plan goes: news, measures, and the figures that the portal counts itself."""
