"""Sockets that share a view, let in by their gateway, without a host."""

from matches.host import link
from matches.host.gateway import Gateway, Viewer


def let_in(viewers: list[Viewer]) -> Gateway:
    """Their gateway, which let them in at the epoch 5 with the keyframe of seq 1."""
    gateway = Gateway("here", lambda match: True, lambda node, note: None, lambda *said: None)
    for viewer in viewers:
        gateway.viewers[viewer.conn] = viewer
        gateway.receive(link.Attached("m", viewer.conn, 5, "*", 1, b"welcome", b"keyframe"))
    return gateway


async def by_no_task(data: bytes) -> None:
    """The `write` of an outbox that has no task."""
    raise AssertionError("nothing is written by a task here")
