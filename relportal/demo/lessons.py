"""What Perronova learnt: for each cause, what a team would have written down and promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relportal.demo.events import Cause


@dataclass(frozen=True, slots=True)
class Promise:
    title: str
    kind: str
    verification: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """`causes`, `lucky` and `surprised` are markdown; `tags` are those of the library."""

    causes: str
    lucky: str
    surprised: str
    gap: str
    promises: tuple[Promise, ...]
    tags: tuple[str, ...]


LESSONS: Final[dict[Cause, Lesson]] = {
    Cause.DEPLOY: Lesson(
        "- The change behaved well with the data of the test system, which holds no old records.\n"
        "- The canary took 1 % of the traffic for five minutes: too little to show an error that every hundredth request has.\n"
        "- The rollback needed a second approval, and it was asked for in a channel that nobody watched.",
        "It went out in the morning, with the whole team awake.",
        "We believed that the canary compares errors. It compares latency only.",
        "The alert needed five minutes of data; the canary's own dashboard showed the errors after one.",
        (
            Promise(
                "Let the canary stop on errors, not on latency alone", "prevent", "A seeded error stops the next canary"
            ),
            Promise("Roll back by one command without a second approval", "mitigate", "Timed in the next game day"),
            Promise("Copy anonymised old records to the test system", "prevent", "The failing case is a test"),
        ),
        ("canary", "rollback"),
    ),
    Cause.CONFIGURATION: Lesson(
        "- An empty field means zero, and zero is a valid limit.\n"
        "- The change was made on a page that takes effect at once, with no preview and no second pair of eyes.\n"
        "- Configuration is not in the deploy log, so that the search for a cause began with the wrong list.",
        "The engineer who had saved it read the alert a minute later.",
        "We thought that limits are validated where they are saved. They are validated where they are used.",
        "No alert watches a limit that is reached all the time.",
        (
            Promise("Refuse empty limits where they are saved", "prevent", "A blank field is refused with a message"),
            Promise(
                "Write changes of configuration into the deploy log", "detect", "The next change stands in the log"
            ),
        ),
        ("configuration", "validation"),
    ),
    Cause.CAPACITY: Lesson(
        "- The autoscaler stopped at a ceiling that was chosen three years ago.\n"
        "- Clients tried again without waiting, which tripled the load.\n"
        "- The pool of connections is shared between the page and the nightly import.",
        "The newsletter was sent in two halves; the second was held back.",
        "We had assumed that the ceiling lies far above every sale.",
        "Saturation was on a dashboard and in no alert.",
        (
            Promise("Alert at 80 % of the ceiling of the autoscaler", "detect", "Fires in a load test"),
            Promise("Let clients wait longer after each failed try", "mitigate", "Load test with a failing backend"),
            Promise("Give the import a pool of its own", "prevent", "The import no longer moves the page's latency"),
        ),
        ("capacity", "retries"),
    ),
    Cause.DEPENDENCY: Lesson(
        "- A partner answered with a success that was none.\n"
        "- There was no deadline on the call, so that each failing request held a worker for a minute.\n"
        "- The second partner was configured and switched off.",
        "The partner's own people called us.",
        "We believed that the second partner takes over by itself.",
        "Our objective measures our own answers; the partner's errors hid behind a fallback.",
        (
            Promise(
                "Put a deadline and a circuit breaker on the partner's calls", "mitigate", "A hanging stub opens it"
            ),
            Promise(
                "Fail over to the second partner once a quarter, on purpose", "prevent", "The date of the last drill"
            ),
        ),
        ("partners", "timeouts"),
    ),
    Cause.DATA: Lesson(
        "- A file with a known schema came with two columns swapped, and every value was plausible.\n"
        "- The import has no comparison with the day before.\n",
        "The swapped columns made prices higher, not lower.",
        "We thought that the schema check looks at values. It looks at names.",
        "A customer asked before any check did.",
        (
            Promise(
                "Compare each import with the one before, and stop at 5 % of change",
                "detect",
                "A swapped file is stopped",
            ),
            Promise("Keep the last good file and switch back to it by one click", "mitigate", "Done in the next drill"),
        ),
        ("imports", "data quality"),
    ),
    Cause.CERTIFICATE: Lesson(
        "- The certificate was renewed by hand, by a person who has left.\n"
        "- The reminder went to a mailbox that nobody reads.\n",
        "It ran out on a working day.",
        "We believed that all certificates are renewed by the machine. Eleven were not.",
        "The expiry was known for a year and watched by nothing.",
        (
            Promise("Renew the remaining certificates by machine", "prevent", "None is left in the inventory"),
            Promise("Alert 21 days before any certificate ends", "detect", "Fires for a test certificate"),
        ),
        ("certificates", "ownership"),
    ),
    Cause.NETWORK: Lesson(
        "- One of two paths lost packets without being down, so that nothing switched over.\n"
        "- Health checks are small, and small packets got through.\n",
        "Half of the connections took the good path.",
        "We had thought of a path as up or down.",
        "The loss was visible from outside for ten minutes before our alert.",
        (
            Promise("Check health with packets of full size", "detect", "A lossy test path is taken out"),
            Promise("Take a path out by one command", "mitigate", "Timed in the next game day"),
        ),
        ("network", "grey failure"),
    ),
    Cause.HARDWARE: Lesson(
        "- A disk became slow before it failed.\n- The replica that took over had been behind for two days.\n",
        "The slow disk was on a host with little traffic.",
        "We believed that replicas which are behind are not chosen.",
        "Latency of single hosts is averaged away.",
        (
            Promise("Do not elect a replica that is behind", "prevent", "A delayed replica is skipped in a drill"),
            Promise("Alert on the slowest host, not on the mean", "detect", "A throttled host fires it"),
        ),
        ("storage", "failover"),
    ),
    Cause.OPERATION: Lesson(
        "- The runbook named a host that has another role since the spring.\n"
        "- The command asks for no confirmation, and prints nothing while it works.\n",
        "The same command on the neighbour would have lost data.",
        "We thought that the runbook is tried every quarter. It was read every quarter.",
        "The command's effect showed up in an alert of another team.",
        (
            Promise("Let the command show what it will do before it does it", "prevent", "Tried by someone new"),
            Promise("Run this runbook in the next game day, as it stands", "process", "Protocol of the game day"),
        ),
        ("runbooks", "tooling"),
    ),
}
