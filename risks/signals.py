"""What happened, sent on commit; receivers of other apps decide what follows."""

from django.dispatch import Signal

# sender: GovernanceException. kwargs: exception (the row), how ("expired", "ended"), at. The gap that it covered is open
# again: a readiness review or a release gate that counted on it listens here, and asks `in_force(at)` before it answers.
exception_ended = Signal()
# sender: GovernanceException. kwargs: exception (the row), at.
exception_in_force = Signal()
# sender: the model whose row changed. kwargs: units (of estimates: "money", "minutes"), at. Sent on commit by whatever changes
# an estimate, which risks can still happen, what is planned against them, the tolerance or the currency: the portfolio is
# simulated anew.
portfolio_outdated = Signal()
# sender: the model whose row was written. kwargs: at. An objective was set, or a test recorded, changed or voided: whatever
# judges services by their recovery looks again.
recovery_changed = Signal()
