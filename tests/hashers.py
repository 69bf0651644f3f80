"""Passwords in tests: the portal's hasher with the least work that Argon2 allows."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Same algorithm, same format: Django's parameters take 100 MiB and 0.2 s of a core for each user that a test makes."""

    time_cost = 1
    memory_cost = 8  # KiB, the least for one lane
    parallelism = 1
