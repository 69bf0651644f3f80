"""The times of forty incidents as those who had them published them (UTC); the titles are ours.

`None` is not published, or not as a time. A time is to the minute unless `coarse` says otherwise; where only a day was
published, its end stands for it. `spans` are the stretches of impact where there were several, or where the impact ended
before everything was resolved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from incidents.models import Precision

CF: Final = "https://blog.cloudflare.com"
AWS: Final = "https://aws.amazon.com/message"
GCP: Final = "https://status.cloud.google.com"


def at(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    who: str
    title: str
    source: str
    began: str
    detected: str | None = None
    mitigated: str | None = None
    resolved: str | None = None
    coarse: Mapping[str, Precision] = field(default_factory=dict, hash=False)
    spans: tuple[tuple[str, str], ...] = ()

    def time(self, name: str) -> dt.datetime | None:
        """`name` is a field of Times."""
        return at({"impact_started": self.began}.get(name) or getattr(self, name, None))

    def precision(self, name: str) -> Precision:
        return self.coarse.get(name, Precision.MINUTE)


INCIDENTS: Final = (
    Public(
        who="Cloudflare", title="A pattern of the firewall takes all processors", began="2019-07-02T13:42",
        detected="2019-07-02T13:45", mitigated="2019-07-02T14:09", resolved="2019-07-02T14:52",
        source=f"{CF}/details-of-the-cloudflare-outage-on-july-2-2019/",
    ),
    Public(
        who="Cloudflare", title="Cables pulled, dashboard and API away", began="2020-04-15T15:31",
        resolved="2020-04-15T19:52", source=f"{CF}/cloudflare-dashboard-and-api-outage-on-april-15-2020/",
    ),
    Public(
        who="Cloudflare", title="Routes withdrawn in 19 data centres", began="2022-06-21T06:27",
        detected="2022-06-21T06:32", resolved="2022-06-21T07:42", source=f"{CF}/cloudflare-outage-on-june-21-2022/",
    ),
    Public(
        who="Cloudflare", title="Resolver without a fresh root zone", began="2023-10-04T07:00",
        detected="2023-10-04T07:57", resolved="2023-10-04T11:02",
        source=f"{CF}/1-1-1-1-lookup-failures-on-october-4th-2023/",
    ),
    Public(
        who="Cloudflare", title="Control plane without power", began="2023-11-02T11:43", resolved="2023-11-04T04:25",
        source=f"{CF}/post-mortem-on-cloudflare-control-plane-and-analytics-outage/",
    ),
    Public(
        who="Cloudflare", title="Resolver's prefixes withdrawn", began="2025-07-14T21:52", detected="2025-07-14T22:01",
        resolved="2025-07-14T22:54", source=f"{CF}/cloudflare-1-1-1-1-incident-on-july-14-2025/",
    ),
    Public(
        who="Cloudflare", title="Feature file of the bot check too large", began="2025-11-18T11:28",
        detected="2025-11-18T11:31", mitigated="2025-11-18T14:30", resolved="2025-11-18T17:06",
        source=f"{CF}/18-november-2025-outage/",
    ),
    Public(
        who="Cloudflare", title="A switch breaks the parsing of bodies", began="2025-12-05T08:47",
        detected="2025-12-05T08:50", resolved="2025-12-05T09:12", source=f"{CF}/5-december-2025-outage/",
    ),
    Public(
        who="Cloudflare", title="A parser leaks memory into pages", began="2016-09-22T00:00",
        detected="2017-02-18T00:11", mitigated="2017-02-18T07:22", resolved="2017-02-21T18:59",
        coarse={"impact_started": Precision.DAY},
        source=f"{CF}/incident-report-on-memory-leak-caused-by-cloudflare-parser-bug/",
    ),
    Public(
        who="GitHub", title="Databases of two coasts diverge", began="2018-10-21T22:52", detected="2018-10-21T22:54",
        resolved="2018-10-22T23:03", source="https://github.blog/2018-10-30-oct21-post-incident-analysis/",
    ),
    Public(
        who="GitLab", title="The primary database is deleted", began="2017-01-31T23:30", resolved="2017-02-01T18:14",
        coarse={"impact_started": Precision.QUARTER},
        source="https://about.gitlab.com/blog/2017/02/10/postmortem-of-database-outage-of-january-31/",
    ),
    Public(
        who="GitLab", title="The firewall stops git", began="2020-05-20T17:25", detected="2020-05-20T17:34",
        mitigated="2020-05-20T17:39", source="https://gitlab.com/gitlab-com/gl-infra/production/-/issues/2164",
    ),
    Public(
        who="AWS", title="Metadata service of DynamoDB overloaded", began="2015-09-20T09:19",
        resolved="2015-09-20T14:10", source=f"{AWS}/5467D2/",
    ),
    Public(
        who="AWS", title="Too many servers of S3 removed", began="2017-02-28T17:37", mitigated="2017-02-28T21:18",
        resolved="2017-02-28T21:54", source=f"{AWS}/41926/",
    ),
    Public(
        who="AWS", title="Threads of Kinesis run out", began="2020-11-25T13:15", detected="2020-11-25T13:15",
        resolved="2020-11-26T06:23", source=f"{AWS}/11201/",
    ),
    Public(
        who="AWS", title="Internal network congested", began="2021-12-07T15:30", resolved="2021-12-07T22:22",
        source=f"{AWS}/12721/",
    ),
    Public(
        who="AWS", title="An empty DNS record of DynamoDB", began="2025-10-20T06:48", mitigated="2025-10-20T09:40",
        resolved="2025-10-20T21:20", source=f"{AWS}/101925/",
        spans=(
            ("2025-10-20T06:48", "2025-10-20T09:40"),
            ("2025-10-20T12:30", "2025-10-20T21:09"),
            ("2025-10-20T09:25", "2025-10-20T17:36"),
        ),
    ),
    Public(
        who="Google Cloud", title="Capacity of the network descheduled", began="2019-06-02T18:45",
        resolved="2019-06-02T22:40", source=f"{GCP}/incident/cloud-networking/19009",
    ),
    Public(
        who="Google Cloud", title="Permissions cannot be read", began="2020-04-08T13:48", detected="2020-04-08T13:52",
        resolved="2020-04-08T14:42", source=f"{GCP}/incident/zall/20005",
    ),
    Public(
        who="Google", title="Nobody can sign in", began="2020-12-14T11:46", detected="2020-12-14T11:43",
        resolved="2020-12-14T12:33", source=f"{GCP}/incident/zall/20013",
    ),
    Public(
        who="Google Cloud", title="Load balancers forget their configuration", began="2021-11-16T17:35",
        mitigated="2021-11-16T18:10", resolved="2021-11-16T19:28", source=f"{GCP}/incidents/6PM5mNd43NbMqjCZ5REh",
    ),
    Public(
        who="Google Cloud", title="Service control crashes everywhere", began="2025-06-12T17:51",
        mitigated="2025-06-12T20:49", resolved="2025-06-13T01:18", source=f"{GCP}/incidents/ow5i3PPK96RduMcb1SsW",
    ),
    Public(
        who="Fastly", title="One customer's setting breaks the edge", began="2021-06-08T09:47",
        detected="2021-06-08T09:48", mitigated="2021-06-08T12:35", resolved="2021-06-08T12:44",
        source="https://www.fastly.com/blog/summary-of-june-8-outage",
    ),
    Public(
        who="Meta", title="Off the Internet", began="2021-10-04T15:40", resolved="2021-10-04T21:28",
        coarse={"impact_started": Precision.QUARTER, "resolved": Precision.QUARTER},
        source=f"{CF}/october-2021-facebook-outage/",
    ),
    Public(
        who="Slack", title="Messages lost with a provider", began="2021-12-22T12:20", resolved="2021-12-22T17:30",
        coarse={"impact_started": Precision.QUARTER, "resolved": Precision.QUARTER},
        source="https://slack-status.com/2021-12-22",
    ),
    Public(
        who="Datadog", title="An update takes the routes of all hosts", began="2023-03-08T06:03",
        detected="2023-03-08T06:03", mitigated="2023-03-09T08:58", resolved="2023-03-10T06:25",
        source="https://www.datadoghq.com/blog/2023-03-08-multiregion-infrastructure-connectivity-issue/",
    ),
    Public(
        who="Heroku", title="An update takes the network of all hosts", began="2025-06-10T06:00",
        source="https://www.heroku.com/blog/summary-of-june-10-outage/",
    ),
    Public(
        who="Atlassian", title="Sites of 775 customers deleted", began="2022-04-05T07:38", detected="2022-04-05T07:46",
        resolved="2022-04-18T23:59", coarse={"resolved": Precision.DAY},
        source="https://www.atlassian.com/engineering/post-incident-review-april-2022-outage",
    ),
    Public(
        who="Roblox", title="Service discovery contended", began="2021-10-28T20:37", resolved="2021-10-31T23:45",
        source="https://blog.roblox.com/2022/01/roblox-return-to-service-10-28-10-31-2021/",
    ),
    Public(
        who="Stripe", title="No primary can be elected", began="2019-07-10T16:35", detected="2019-07-10T16:36",
        resolved="2019-07-10T22:47", source="https://stripe.com/rcas/2019-07-10",
        spans=(("2019-07-10T16:35", "2019-07-10T17:02"), ("2019-07-10T21:14", "2019-07-10T22:47")),
    ),
    Public(
        who="Tarsnap", title="The one server fails", began="2023-07-02T13:07:58", resolved="2023-07-03T15:25",
        coarse={"impact_started": Precision.EXACT}, source="https://www.tarsnap.com/infrastructure.html",
    ),
    Public(
        who="Reddit", title="A daemon set overloads the control plane", began="2024-11-20T20:20",
        resolved="2024-11-20T23:44", source="https://www.reddit.com/r/RedditEng/",
    ),
    Public(
        who="OpenAI", title="Telemetry overloads the control plane", began="2024-12-11T23:16",
        detected="2024-12-11T23:13", resolved="2024-12-12T03:38",
        source="https://status.openai.com/incidents/ctrsv3lwd797",
    ),
    Public(
        who="PagerDuty", title="Producers exhaust the queue", began="2025-08-28T03:53", resolved="2025-08-28T20:24",
        source="https://www.pagerduty.com/eng/august-28-kafka-outages-what-happened-and-how-were-improving/",
        spans=(("2025-08-28T03:53", "2025-08-28T10:10"), ("2025-08-28T16:38", "2025-08-28T20:24")),
    ),
    Public(
        who="PagerDuty", title="Notifications do not leave", began="2023-01-06T21:20", resolved="2023-01-06T23:44",
        source="https://status.pagerduty.com/incidents/6z37rk5wwww1",
    ),
    Public(
        who="PagerDuty", title="Notifications come late", began="2022-04-25T02:44", resolved="2022-04-25T03:30",
        source="https://status.pagerduty.com/incidents/9zz88tkwl3t2",
    ),
    Public(
        who="Azure", title="Front doors load a broken configuration", began="2025-10-29T15:45",
        resolved="2025-10-30T00:05", source="https://azure.status.microsoft/en-us/status/history/",
    ),
    Public(
        who="Azure", title="Sign-in fails after an update", began="2020-09-28T21:25", resolved="2020-09-29T00:23",
        coarse={"impact_started": Precision.QUARTER}, source="https://azure.status.microsoft/en-us/status/history/",
    ),
    Public(
        who="CrowdStrike", title="Hosts crash on a content file", began="2024-07-19T04:09",
        mitigated="2024-07-19T05:27",
        source="https://www.crowdstrike.com/blog/falcon-content-update-preliminary-post-incident-report/",
    ),
    Public(
        who="Monzo", title="New database nodes answer without their data", began="2019-07-29T12:10",
        resolved="2019-07-29T23:59", coarse={"impact_started": Precision.QUARTER, "resolved": Precision.DAY},
        source="https://monzo.com/blog/2019/09/08/why-monzo-wasnt-working-on-july-29th/",
    ),
)  # fmt: skip
