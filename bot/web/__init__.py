"""The web: Starlette routes for residents' browsers and for operators. It has no rules."""
