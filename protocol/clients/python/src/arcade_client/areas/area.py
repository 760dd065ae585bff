"""An area of the lobby: what a session holds of it, and what its connection can be asked for."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from arcade_client.happenings import LobbyHappening
from arcade_client.kinds import Message

Take = Callable[[Any, Message], list[LobbyHappening]]
A = TypeVar("A", bound="Area")


class Others(Protocol):
    """Gives another area of the same session."""

    def __call__(self, kind: type[A], /) -> A: ...


class Area:
    """Without I/O. `takes` says by kind of message what takes it in; it returns what happened."""

    takes: ClassVar[Mapping[str, Take]] = {}

    def __init__(self, others: Others) -> None:
        self.others = others

    def request(self, kind: str, **fields: Any) -> int:
        """Queue a request of the session's own; nobody waits for its reply."""
        raise NotImplementedError

    def opened(self) -> None:
        """A socket is open: what the server tells anew after the hello is forgotten."""


class Asking:
    """Base of an area's requests."""

    async def _ask(self, kind: str, **fields: Any) -> Any:
        """The `data` of the reply. Raises RequestError, Closed."""
        raise NotImplementedError
