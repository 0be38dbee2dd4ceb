"""Whoever sends may be killed at any moment: no mail is lost unseen, and none is sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from killed_senders import RECIPIENTS
from mail_server import serving

from auditor.models import ReceiptState
from auditor.store import open_store

KILLS = 40


def test_no_mail_is_sent_twice_and_none_is_lost_unseen(tmp_path: Path) -> None:
    authority, script, path = (
        tmp_path / "ca.pem",
        Path(__file__).with_name("killed_senders.py"),
        tmp_path / "history.db",
    )
    with serving(tmp_path) as served:
        authority.write_text(served.authority, encoding="ascii")
        ran = subprocess.run(  # noqa: S603 - our own script
            [sys.executable, "-W", "error", str(script), str(path), str(served.port), str(authority), str(KILLS)],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        arrived = Counter((str(mail["Message-ID"]).split(".")[0], to) for to, mail in served.postbox.mails)
    assert int(ran.stdout) > KILLS / 2
    assert set(arrived.values()) == {1}
    with open_store(path) as store:
        every = store.outbox.receipts()
        uncertain = {(f"<{each.message}", each.recipient) for each in every if each.state is ReceiptState.HANDING}
        made = {(f"<{each.message}", recipient) for each in every for recipient in RECIPIENTS}
        assert {each.state for each in every} <= {ReceiptState.SENT, ReceiptState.HANDING}
    assert made - arrived.keys() <= uncertain
    assert len(uncertain) <= KILLS
