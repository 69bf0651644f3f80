"""KPI 11: the row of an alert says what told whether it was actionable."""

from __future__ import annotations

from reports.kpis.alert_quality import PLUGIN as KPI
from reports.kpis.alert_quality import By, Noticed, Rang


def test_a_row_says_whether_the_alert_was_actionable_and_who_says_so() -> None:
    (judged,) = KPI.rows(Rang(1, actionable=False, by=By.PEOPLE))
    assert (judged.says, judged.against) == ("noise, judged", True)
    (used,) = KPI.rows(Rang(2, actionable=True, by=By.RUNBOOK))
    assert (used.says, used.against) == ("actionable, by the use of its runbook", False)
    (silent,) = KPI.rows(Rang(3, None, None))
    assert (str(silent.says), silent.against) == ("not judged", False)
    assert KPI.rows(Noticed(by_alert=True)) == ()
