"""Why the domain refuses an input, as a key that the edge can translate and an English sentence that teaches."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    TARGET_NOT_A_NUMBER = "target_not_a_number"
    TARGET_IS_ONE = "target_is_one"
    TARGET_ABOVE_ONE = "target_above_one"
    TARGET_NOT_POSITIVE = "target_not_positive"
    SLICE_TARGET_OUT_OF_RANGE = "slice_target_out_of_range"
    WINDOW_TOO_SHORT = "window_too_short"
    WINDOW_TOO_LONG = "window_too_long"
    WINDOW_UNKNOWN = "window_unknown"
    ZONE_UNKNOWN = "zone_unknown"
    RULE_NOT_POSITIVE = "rule_not_positive"
    RULE_SHORT_NOT_SHORTER = "rule_short_not_shorter"
    RULE_OFF_GRID = "rule_off_grid"
    RULE_LONGER_THAN_WINDOW = "rule_longer_than_window"
    RULE_CANNOT_FIRE = "rule_cannot_fire"
    BUCKET_MISSING = "bucket_missing"
    LATENCY_NOT_POSITIVE = "latency_not_positive"
    QUERY_TOO_COSTLY = "query_too_costly"
    SCRAPE_DOES_NOT_DIVIDE = "scrape_does_not_divide"


class Refused(ValueError):
    """An input that has no meaning here.

    `refusal` names the reason and `params` its numbers, so that a form can say it in the user's language; `str()` is
    the English sentence with what to do instead.
    """

    def __init__(self, refusal: Refusal, message: str, **params: object) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.params = params
