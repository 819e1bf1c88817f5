"""Whether a channel works is judged by its own messages, through a real Alertmanager."""

import time

import pytest

from exporter.alerting.channel_trial import ChannelTrial, TrialOutcome
from exporter.outbound.alertmanager import Alertmanager
from exporter.outbound.alertmanager_counts import Way, sending_counts
from tests.servers.alertmanager import FEATURES, StartAlertmanager
from tests.servers.ports import free_port
from tests.servers.waiting import PATIENCE_SECONDS, wait_until
from tests.servers.webhook import WebhookServer

pytestmark = pytest.mark.integration
MINE, NOISE = "channel: mine", "channel: noise"
#: Every alert makes noise; only a trial goes to the receiver that is tried.
CONFIG = """
route:
  receiver: "channel: noise"
  group_by: ["..."]
  group_wait: 0s
  routes:
    - receiver: "channel: noise"
      continue: true
    - {{receiver: "channel: mine", matchers: ['alertname="Trial"']}}
receivers:
  - {{name: "channel: noise", webhook_configs: [{{url: "{noise}"}}]}}
  - {{name: "channel: mine", webhook_configs: [{{url: "{mine}"}}]}}
"""


def tried(server: Alertmanager, receiver: str, seconds: float = PATIENCE_SECONDS) -> TrialOutcome:
    trial = ChannelTrial(server, lambda: time.time_ns() // 1000, time.sleep)
    return trial.send(Way("webhook", receiver), {"alertname": "Trial"}, {}, seconds)


def test_another_channels_message_is_not_taken_for_its_own(
    start_alertmanager: StartAlertmanager, webhook_server: WebhookServer
) -> None:
    webhook_server.answer_with(400, times=1)
    nobody = f"http://127.0.0.1:{free_port()}"
    config = CONFIG.format(noise=webhook_server.url, mine=nobody)
    server = Alertmanager(start_alertmanager(config).url)
    assert tried(server, MINE) is TrialOutcome.FAILED
    refused = Way("webhook", NOISE)
    wait_until(lambda: sending_counts(server.url).failures(refused) == 1)
    assert tried(server, NOISE) is TrialOutcome.DELIVERED
    assert sending_counts(server.url).delivered(Way("webhook", MINE)) == 0


def test_without_names_any_message_of_the_kind_counts(
    start_alertmanager: StartAlertmanager, webhook_server: WebhookServer
) -> None:
    config = CONFIG.format(noise=webhook_server.url, mine=webhook_server.url)
    server = Alertmanager(start_alertmanager(config, flags=[FEATURES]).url)
    assert tried(server, MINE) is TrialOutcome.DELIVERED
    assert {way.receiver for way in sending_counts(server.url).attempts} == {""}
