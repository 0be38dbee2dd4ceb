"""A door for requests that must not be sent twice: it never tries again, and says whether anything was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.errors import ReadError
from connectors.allow_list import Rule
from connectors.door import Answer, Bearer, Door
from connectors.patience import Patience
from connectors.transport_errors import never_sent


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of posting a mail: the HTTP status, 0 if no connection was made, and what the vendor said."""

    status: int
    said: str


class DoorOnce(Door):
    """The door, but without second tries; a refused token is still renewed once, because a 401 sends nothing."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        endpoints: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Open the door."""
        super().__init__(rules, endpoints=endpoints, patience=replace(patience or Patience(), tries=1))

    def later(self, answer: Answer) -> bool:  # noqa: ARG002 - the door's signature
        """Return False: whatever the answer, whoever sends decides."""
        return False

    def post(self, url: str, body: bytes, headers: Mapping[str, str], bearer: Bearer) -> Posted:
        """Post once. Raises ``ReadError`` where nobody knows whether it arrived."""
        try:
            answer = self.send("POST", url, headers=headers, body=body, bearer=bearer)
        except ReadError as error:
            if never_sent(error):
                return Posted(0, error.message)
            raise
        return Posted(answer.status, _said(answer))


def _said(answer: Answer) -> str:
    """Return the vendor's own code and words; both vendors wrap them alike."""
    try:
        error = answer.json().get("error")
    except ReadError:
        error = None
    if not isinstance(error, dict):
        return f"HTTP {answer.status}"
    code = error.get("code") if isinstance(error.get("code"), str) else error.get("status")
    return f"HTTP {answer.status} {code or ''}: {str(error.get('message', ''))[:200]}"
