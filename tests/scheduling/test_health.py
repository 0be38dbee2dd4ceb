from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from remembering import START, TENANT, World
from sqlalchemy import insert, select

from auditor import config
from auditor.config import Config
from auditor.models import Message, MessageKind, ReceiptState, SlotState
from auditor.scheduling import jobs
from auditor.scheduling.expiry import ends
from auditor.scheduling.health import health, worries
from auditor.standing import stand
from auditor.store import Store, open_store
from auditor.store.schema import gaps

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONFIG = """\
organisation: Rivera for Senate
tenants:
  - id: microsoft
    connector: microsoft_365
    tenant_id: 00000000-0000-0000-0000-00000000000a
    client_id: 11111111-1111-1111-1111-111111111111
    credentials: {CREDENTIALS}
store: {path: history.db}
"""


def configured(folder: Path, credentials: str = "{certificate_file: app.pem}") -> Config:
    path = folder / "config.yaml"
    path.write_text(CONFIG.replace("{CREDENTIALS}", credentials), encoding="utf-8")
    return config.load(path)


def private(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


def certificate(until: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    made = builder.not_valid_before(until - timedelta(days=365)).not_valid_after(until).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain
    )


def token(until: datetime) -> bytes:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": int(until.timestamp())}).encode()).rstrip(b"=")
    return b"e30." + claims + b".c2ln"


def told(
    folder: Path, store: Store, credentials: str = "{secret: {env: SECRET}}", now: datetime = NOW
) -> tuple[str, ...]:
    return worries(health(configured(folder, credentials), store, now, thorough=True), now)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (60, ()),
        (29, ("The certificate of the tenant microsoft ends on 22 December 2026. Make a new one before.",)),
        (-1, ("The certificate of the tenant microsoft has ended on 22 November 2026.",)),
    ],
)
def test_a_certificate_that_ends_soon_is_told(tmp_path: Path, days: int, said: tuple[str, ...]) -> None:
    private(tmp_path / "app.pem", certificate(NOW + timedelta(days=days)))
    with open_store(tmp_path / "history.db") as store:
        assert told(tmp_path, store, "{certificate_file: app.pem}") == said


def test_a_certificate_that_cannot_be_read_is_told_with_what_mends_it(tmp_path: Path) -> None:
    accepted = configured(tmp_path)
    assert "does not exist" in ends(accepted, NOW).problems[0]
    private(tmp_path / "app.pem", b"nonsense")
    assert "cannot be understood" in ends(accepted, NOW).problems[0]
    (tmp_path / "app.pem").chmod(0o644)
    assert "chmod 600" in ends(accepted, NOW).problems[0]


def test_a_secret_for_sending_that_cannot_be_read_is_told_before_anything_has_to_be_sent(tmp_path: Path) -> None:
    sending = """
mail:
  sender: auditor@rivera.example
  ways:
    - smtp: {host: smtp.provider.example, username: auditor, password: {file: smtp.secret}}
    - gmail: {mailbox: robot@rivera.example, consent_file: consent.json}
alerts: {to: [{name: ops, url: {file: ops.secret}}]}
"""
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.replace("{CREDENTIALS}", "{secret: {env: SECRET}}") + sending, encoding="utf-8")
    told = ends(config.load(path), NOW).problems
    assert [each.partition(":")[0] for each in told] == [
        "The password for the mail server smtp.provider.example cannot be read",
        "The consent of the mailbox that sends mail cannot be read",
        "The address of the channel ops cannot be read",
    ]
    for name in ("smtp.secret", "consent.json", "ops.secret"):
        private(tmp_path / name, b"x")
    assert ends(config.load(path), NOW).problems == ()


def test_of_a_secret_nobody_here_knows_when_it_ends(tmp_path: Path) -> None:
    (only,) = ends(configured(tmp_path, "{secret: {env: SECRET}}"), NOW).expiring
    assert (only.what, only.ends) == ("the secret of the tenant microsoft", None)


def test_a_token_is_worth_a_word_only_if_it_has_ended(tmp_path: Path) -> None:
    accepted = configured(tmp_path, "{assertion_file: token}")
    for minutes, problems in ((5, 0), (-5, 1)):
        private(tmp_path / "token", token(NOW + timedelta(minutes=minutes)))
        assert len(ends(accepted, NOW).problems) == problems
    private(tmp_path / "token", b"no token at all")
    assert ends(accepted, NOW).problems == ()


def audited(store: Store, number: int, world: World) -> None:
    reading = world.reading(number, store.standing(TENANT))
    with store.auditing(audit_id=f"a{number}", organisation="X", tenants=[TENANT], started=reading.finished) as record:
        standing = stand(record.before(TENANT), reading)
        assert standing
        record.keep(world.report(reading), {TENANT: standing})


def test_several_kinds_that_one_scope_gave_are_told_once_with_the_number_of_places(tmp_path: Path) -> None:
    people: dict[str, dict[str, str]] = {"ana": {}, "ben": {}}
    with open_store(tmp_path / "history.db") as store:
        audited(store, 0, World(people))
        audited(store, 1, World(people, dark=frozenset(people)))
        moment = next(audit.started for audit in store.audits() if audit.number == 2)
        with store._write() as connection:  # noqa: SLF001 - this little world has one kind of gap
            for row in connection.execute(select(gaps)).mappings().all():
                number = row["number"] + 1000
                again = dict(row) | {"number": number, "kind": "mailbox", "identity": f"{number:032x}"}
                connection.execute(insert(gaps).values(again))
        (said,) = told(tmp_path, store, now=moment)
        assert said.startswith(f"{TENANT}: mail rules and mailboxes may not be read any more (2 places). ")


def test_what_could_be_read_last_week_and_cannot_now_is_told_for_a_week(tmp_path: Path) -> None:
    people = {"ana": {"r": "bad"}, "ben": {}}
    with open_store(tmp_path / "history.db") as store:
        audited(store, 0, World(people, dark=frozenset({"ben"})))
        soon = START + timedelta(days=8)
        assert told(tmp_path, store, now=soon) == (), "what could never be read is a gap of the report, and no drift"
        audited(store, 1, World(people, dark=frozenset({"ana", "ben"})))
        moment = next(audit.started for audit in store.audits() if audit.number == 2)
        (said,) = told(tmp_path, store, now=moment + timedelta(days=7))
        assert said.startswith(f"{TENANT}: mail rules may not be read any more. ")
        assert told(tmp_path, store, now=moment + timedelta(days=9)) == ()


def test_a_job_that_failed_or_that_nobody_does_is_told(tmp_path: Path) -> None:
    with open_store(tmp_path / "history.db") as store:
        accepted = configured(tmp_path, "{secret: {env: SECRET}}")
        schedules = {job.name: job.schedule for job in jobs(accepted)}
        store.leases.schedules(schedules, NOW - timedelta(days=4))
        for job in ("prune", "self_check"):
            claimed = store.slots.claim(job, NOW - timedelta(hours=1), NOW)
            assert claimed
            state = SlotState.FAILED if job == "prune" else SlotState.DONE
            store.slots.end(claimed, state, NOW, exit_code=6, note="exit code 6")
        assert told(tmp_path, store) == (
            "The job audit was due 3 days ago, and nobody did it. Is the daemon running?",
            "The job prune that was due on 2026-11-23 11:00 UTC failed: exit code 6",
        )


@pytest.mark.parametrize("attempts", [0, 1, 4])
def test_mail_that_waits_after_a_failed_attempt_is_a_worry_with_the_words_of_the_server_and_no_name(
    tmp_path: Path, attempts: int
) -> None:
    recipients = ("ana.rivera@x.example", "ben@x.example")
    message = Message(id="it-1", kind=MessageKind.IT, sequence=1, due=NOW, subject="s", text="t", recipients=recipients)
    with open_store(tmp_path / "history.db") as store:
        store.outbox.put(message, audit=None, now=NOW)
        for receipt in store.outbox.receipts():
            name = receipt.recipient.partition("@")[0]
            busy = f"smtp.x.example said: 450 <{receipt.recipient}> {name.title()}: busy"
            note = busy if name == "ben" else "450 TLS"
            tried = {"attempts": attempts, "channel": "smtp", "note": note, "next_attempt": NOW + timedelta(minutes=5)}
            store.outbox.settle(receipt.model_copy(update=tried))
        beginning = (
            "1 mail waits after an attempt that failed. Look at mail.ways in the configuration. "
            "Next attempt: 2026-11-23 12:05 UTC, or then by auditor mail --deliver. Reason: "
        )
        said = (f"{beginning}450 TLS", f"{beginning}smtp.x.example said: 450 <[address]> [name]: busy")
        assert told(tmp_path, store) == (said if attempts else ())


def test_mails_that_wait_for_one_reason_are_one_worry(tmp_path: Path) -> None:
    recipients = tuple(f"{number}@x.example" for number in range(13))
    message = Message(id="it-1", kind=MessageKind.IT, sequence=1, due=NOW, subject="s", text="t", recipients=recipients)
    with open_store(tmp_path / "history.db") as store:
        store.outbox.put(message, audit=None, now=NOW)
        for receipt in store.outbox.receipts():
            store.outbox.settle(receipt.model_copy(update={"attempts": 2, "note": "m.x.example TLS failed"}))
        (said,) = told(tmp_path, store)
        assert said.startswith("13 mails wait after")
        assert said.endswith("Reason: m.x.example TLS failed")


def test_a_message_that_did_not_arrive_is_told_without_its_recipient(tmp_path: Path) -> None:
    message = Message(
        id="it-1", kind=MessageKind.IT, sequence=1, due=NOW, subject="s", text="t", recipients=("it@x.example",)
    )
    with open_store(tmp_path / "history.db") as store:
        store.outbox.put(message, audit=None, now=NOW)
        (receipt,) = store.outbox.receipts()
        store.outbox.settle(receipt.model_copy(update={"state": ReceiptState.REFUSED, "changed": NOW}))
        (said,) = told(tmp_path, store)
        assert "it-1 to 1 recipient could not be delivered" in said
        assert "it@x.example" not in said
