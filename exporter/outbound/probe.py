"""Pages of this product's processes and of the servers beside it: whether they answer."""

import re
from dataclasses import dataclass

import requests

_BUILD = re.compile(r"^(?!go_)(\w+)_build_info\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """What a GET brought: `status` 0 when nothing answered; `reason` in a few words."""

    status: int
    reason: str

    @property
    def is_good(self) -> bool:
        """Whether the page is there."""
        return 0 < self.status < 400


def ask(url: str, token: str = "", timeout: float = 5.0) -> ProbeAnswer:
    """GETs a page; the reason of a problem document is its detail. `timeout` in seconds."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = requests.get(url, headers=headers, timeout=timeout)
    except requests.RequestException as error:
        return ProbeAnswer(0, type(error).__name__)
    return ProbeAnswer(answer.status_code, _reason(answer))


def program_at(url: str, timeout: float = 5.0) -> str | None:
    """The program that answers at an address, by the `…_build_info` of its metrics.

    Of one without metrics what its header `Server` says; None: it cannot be told now.
    """
    try:
        answer = requests.get(f"{url}/metrics", timeout=timeout)
    except requests.RequestException:
        return None
    if answer.status_code >= 500 or answer.status_code == 401:
        return None
    named = _BUILD.search(answer.text) if answer.ok else None
    return named[1] if named else answer.headers.get("Server") or f"HTTP {answer.status_code}"


def _reason(answer: requests.Response) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.reason}"
    return f"{answer.status_code} {detail}"
