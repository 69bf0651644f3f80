from __future__ import annotations

from reports.kpis.observability import Missed, Observability, Observed

KPI = Observability()


def test_what_a_service_lacks_is_told_and_whether_a_link_is_missing_or_only_old() -> None:
    (row,) = KPI.rows(Observed(1, ("alert", "logs", "traces"), ("logs",)))
    assert (row.says, row.against) == (
        "without an alert, link to logs not confirmed for 180 days, without traces",
        True,
    )
    (row,) = KPI.rows(Observed(1, ()))
    assert (str(row.says), row.against) == ("meets every rule", False)
    assert KPI.rows(Missed(by_customers=True)) == ()


def test_exempt_is_not_pass_and_changes_no_rule() -> None:
    exempt = Observed(1, (), exempt=7)
    (row,) = KPI.rows(exempt)
    assert (row.says, row.against) == ("exempt by EXC-7", True)
    found = KPI.value([exempt, Observed(2, ())])
    assert (found.numerator, found.denominator) == (1, 2)
    assert (found.parts["rules"], found.parts["exempt"]) == (1, 1)
