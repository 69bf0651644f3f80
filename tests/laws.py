"""Laws are searched without a clock: a slow machine is no failure. `--hypothesis-profile=deep` looks longer."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", settings.get_profile("laws"), max_examples=3000)
settings.load_profile("laws")
