"""Which alerts Alertmanager sends to the service's `callbackUrls`, as the `spec` of an AlertmanagerConfig.

The route is the same whatever alerts the service has at the time: Alertmanager remembers what it sent by the
route's matchers, so a commit that changes them (a pin is released, and its alert with it) would lose the
message that an alert is over (alertmanager: `dispatch.Route.Key`, `notify.DedupStage`).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from generator import model
from generator.monitoring import alerts, records

RECEIVER = "callbacks"
# An alert is about one service, so there is little to wait for; the end of an alert waits for GROUP_INTERVAL.
GROUP_WAIT = "10s"
GROUP_INTERVAL = "1m"
REPEAT_INTERVAL = "12h"
# What a URL may hold, and the `%` of what is escaped already. The operator puts the address between quotes as it
# is (pkg/alertmanager/validation.ValidateURL), and newer Alertmanagers expand `{{ … }}` in it (alertmanager#4798).
_URL = "%:/?#[]@!$&'()*+,;=-._~"


def spec(service: model.Service) -> dict[str, Any]:
    """One receiver with all addresses, and the route to it."""
    equal = [
        {"name": name, "value": value, "matchType": "="} for name, value in records.identity(service).items()
    ]
    # Other rules may give their alerts the label of this service.
    ours = {"name": "alertname", "value": "|".join(sorted(alerts.NAMES)), "matchType": "=~"}
    return {
        "route": {
            "receiver": RECEIVER,
            "matchers": [*equal, ours],
            "groupBy": ["alertname"],
            "groupWait": GROUP_WAIT,
            "groupInterval": GROUP_INTERVAL,
            "repeatInterval": REPEAT_INTERVAL,
        },
        "receivers": [
            {
                "name": RECEIVER,
                "webhookConfigs": [
                    {"url": quote(url, safe=_URL), "sendResolved": True}
                    for url in dict.fromkeys(service.callback_urls)
                ],
            }
        ],
    }
