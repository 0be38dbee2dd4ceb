"""Twelve weeks of a campaign with the daemon: every Monday an audit and two mails that say what changed, and no more.

Everything is real but the calendar: the practice organisation over HTTP, the commands that the daemon starts (in this
process, so that they live in the same time), the store, and a mail server with TLS. In the fifth week the machine
sleeps from Sunday to Wednesday; in the eighth, which has a leap day in it, its clock is set back by a day; on the
Sunday before the tenth New York changes to summer time.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent / "notifiers"))

from mail_server import certificate_for, serving

from auditor import config
from auditor.cli import wiring
from auditor.cli.main import app
from auditor.cli.practice_setup import write_configuration
from auditor.logs import configure
from auditor.models import SlotState
from auditor.scheduling.daemon import Daemon, Terms, Wishes
from auditor.scheduling.dispatch import Dispatch
from auditor.scheduling.jobs import jobs
from auditor.scheduling.notify import Notifier
from auditor.store import Store
from connectors.practice.generator import generate
from connectors.practice.process import serving as practising
from connectors.practice.server import PracticeServer

NEW_YORK = ZoneInfo("America/New_York")
BEGIN = datetime(2024, 1, 7, 12, 0, tzinfo=NEW_YORK)
"""A Sunday. The week after it is the first."""
WEEKS = 12
STEP = timedelta(hours=3)
SETTINGS = """\
mail:
  sender: auditor@elsewhere.example
  it: {to: [it@rivera-campaign.example]}
  principal: {to: [manager@rivera-campaign.example]}
  ways:
    - smtp: {host: localhost, port: PORT, security: starttls, authority_file: ca.pem}
schedule:
  time_zone: America/New_York
  audit: mondays 06:00
  mail: mondays 07:00
  self_check: never
  prune: never
  jitter: 0
"""


@dataclass
class Ended:
    """A command that ran in this process."""

    code: int

    def poll(self) -> int:
        return self.code

    def send(self, _number: int) -> None:
        """Do nothing: it has ended, and only our time makes it look as if it had taken hours."""


@dataclass
class Life:
    """Time that passes only when the daemon waits, and what happens in it, each thing at its moment."""

    traveller: time_machine.Traveller
    path: Path
    wishes: Wishes
    happenings: list[tuple[datetime, Callable[[], object]]]
    counted: float = 0.0
    codes: list[tuple[str, int]] = field(default_factory=list)

    def launch(self, command: Sequence[str]) -> Ended:
        output = ["--output", str(self.path.parent / "report")] if command[0] == "audit" else []
        result = CliRunner().invoke(app, ["--quiet", *command, *output, "--config", str(self.path)])
        configure(level="error")  # what the command has set up ended with it
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        self.codes.append((command[0], result.exit_code))
        return Ended(result.exit_code)

    def sleep(self, _seconds: float) -> None:
        self.traveller.shift(STEP)
        self.counted += STEP.total_seconds()
        while self.happenings and self.happenings[0][0] <= datetime.now(UTC):
            self.happenings.pop(0)[1]()


def sunday(week: int, **later: int) -> datetime:
    """Return noon of the Sunday before a week, or some time later, as it is in New York."""
    return BEGIN + timedelta(weeks=week - 1) + timedelta(**later)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Life, list[tuple[str, EmailMessage]], Store]]:
    """Give what came of twelve weeks: the commands that ran, the mails that arrived, the history."""
    folder = tmp_path_factory.mktemp("weeks")
    certificate_for("localhost")  # before time travels: OpenSSL stays at home
    with serving(folder) as mails, time_machine.travel(BEGIN, tick=True) as traveller:
        configure(level="error")  # a test before this one may have closed what it logged to
        week_0 = sunday(0).astimezone(UTC)  # Google's clock is behind ours by 18 hours when we ask
        with PracticeServer(generate(accounts=25, seed=1, today=week_0)) as server:
            path = write_configuration(folder / "practice", practising(server), server.credentials)
            settings = SETTINGS.replace("PORT", str(mails.port))
            path.write_text(path.read_text(encoding="utf-8") + settings, encoding="utf-8")
            (path.parent / "ca.pem").write_text(mails.authority, encoding="ascii")
            (path.parent / "ca.pem").chmod(0o600)
            wishes = Wishes()

            def turn(week: int) -> Callable[[], None]:
                return lambda: server.become(generate(accounts=25, seed=1, today=week_0, week=week))

            happenings: list[tuple[datetime, Callable[[], object]]] = [
                *((sunday(week), turn(week)) for week in range(1, WEEKS + 1)),
                (sunday(5, hours=6), lambda: traveller.shift(timedelta(days=2, hours=15))),
                (sunday(8, days=2), lambda: traveller.shift(timedelta(days=-1))),
                (sunday(WEEKS + 1), lambda: setattr(wishes, "stop", True)),
            ]
            happenings.sort(key=lambda each: each[0])
            life = Life(traveller, path, wishes, happenings)
            configured = config.load(path)
            terms = Terms(
                jobs(configured),
                120,
                lambda *, make: wiring.history(configured, make=make),
                lambda _vitals: nullcontext(),
            )
            daemon = Daemon(
                load=lambda: terms,
                dispatch=Dispatch(life.launch, lambda: datetime.now(UTC), lambda: life.counted),
                wishes=wishes,
                notifier=Notifier({}),
                clock=lambda: datetime.now(UTC),
                monotonic=lambda: life.counted,
                sleep=life.sleep,
            )
            daemon.run()
            with wiring.history(configured) as store:
                yield life, mails.postbox.mails, store


Lived = tuple[Life, list[tuple[str, EmailMessage]], Store]


def of_kind(lived: Lived, kind: str) -> list[EmailMessage]:
    return [mail for _, mail in lived[1] if str(mail["List-Id"]).startswith(f"<{kind}.")]


@pytest.mark.parametrize("kind", ["principal", "it"])
def test_each_week_has_one_mail_of_each_kind(lived: Lived, kind: str) -> None:
    mails = of_kind(lived, kind)
    assert [str(mail["Subject"]).rpartition(", mail ")[2] for mail in mails] == [str(n) for n in range(1, WEEKS + 1)]
    assert len({mail["Message-ID"] for mail in mails}) == WEEKS
    assert len(lived[1]) == 2 * WEEKS


def test_each_slot_is_done_once_whatever_the_clocks_did(lived: Lived) -> None:
    life, _, store = lived
    assert Counter(name for name, _ in life.codes) == {"audit": WEEKS - 1, "mail": WEEKS}
    slots = [slot for each in store.slots.latest(99).values() for slot in each]
    assert {slot.due.astimezone(NEW_YORK).strftime("%a %H:%M") for slot in slots} == {"Mon 06:00", "Mon 07:00"}
    # Two days later an audit of Monday is not made up for: the next one is due. The mail is.
    missed = [(slot.job, slot.due.astimezone(NEW_YORK).date()) for slot in slots if slot.state is not SlotState.DONE]
    assert missed == [("audit", sunday(5, hours=18).date())]


def test_a_mail_that_came_late_says_so(lived: Lived) -> None:
    mails = of_kind(lived, "principal")
    assert [place for place, mail in enumerate(mails, 1) if "Late: due Monday" in text_of(mail)] == [5]
    assert [place for place, mail in enumerate(mails, 1) if "9 days old" in text_of(mail)] == [5]


@pytest.mark.parametrize("week", range(1, WEEKS + 1))
def test_the_mails_of_a_week_say_this(lived: Lived, week: int, snapshot: SnapshotAssertion) -> None:
    principal, it = (of_kind(lived, kind)[week - 1] for kind in ("principal", "it"))
    changes = re.sub(r" \d\d:\d\d UTC", "", text_of(it).partition("WHO MUST DO WHAT")[0])  # as long as an audit takes
    assert f"{principal['Subject']}\n\n{text_of(principal)}\n{it['Subject']}\n\n{changes}" == snapshot


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")
