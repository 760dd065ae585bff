"""What may happen to nodes."""

import asyncio
import signal

from arcade.chaos.nemesis import SETTLE_SECONDS, Nemesis, Strike
from arcade.chaos.nodes import Running, signal_node, until_ready

STOPPED = (1.5, 4.0)
"""Seconds a stopped node stays stopped: longer than its lease."""


async def kill(nemesis: Nemesis) -> None:
    """The node with the most matches, mostly."""
    victims = await nemesis.victims()
    if victims:
        first = nemesis.dice.random() < 0.8
        await nemesis.kill("kill", [victims[0] if first else nemesis.dice.choice(victims)])


async def gateway(nemesis: Nemesis) -> None:
    """The node with the most sockets of matches that others host: they lose the way to it, not it."""
    victims = await nemesis.victims()
    held = [len(nemesis.sockets(*victim)) for victim in victims]
    if any(held):
        await nemesis.kill("gateway", [victims[held.index(max(held))]])


async def pair(nemesis: Nemesis) -> None:
    """Two at once, where a third is left."""
    victims = await nemesis.victims()
    await nemesis.kill("pair", victims[: 2 if len(victims) > 2 else 1])


async def stop(nemesis: Nemesis) -> None:
    """Stopped past its lease, then continued: it wakes up as a zombie."""
    victims = await nemesis.victims()
    if not victims:
        return
    node, matches = victims[0]
    await nemesis.volley(victims[:1])
    blow = nemesis.note("stop", node, matches)
    signal_node(node, signal.SIGSTOP)
    try:
        await asyncio.sleep(nemesis.dice.uniform(*STOPPED))
    finally:
        signal_node(node, signal.SIGCONT)
        blow.until = nemesis.scene.clock()


async def drain(nemesis: Nemesis) -> None:
    """SIGTERM: it hands its matches over and goes."""
    victims = await nemesis.victims()
    if victims:
        await nemesis.volley(victims[:1])
        await _leave(nemesis, *victims[0])


async def rolling(nemesis: Nemesis) -> None:
    """Every node in its turn, as for a new version: the next one when all are ready."""
    for victim in nemesis.nodes.running():
        matches = {node.node: matches for node, matches in await nemesis.victims()}
        await _leave(nemesis, victim, matches.get(victim.node, {}))
        if not await until_ready(nemesis.nodes.ports, SETTLE_SECONDS):
            nemesis.failures.append(f"{nemesis.scene.clock() / 1000:.1f} s: a node did not come back")
            return


async def _leave(nemesis: Nemesis, node: Running, matches: dict[str, int]) -> None:
    nemesis.note("drain", node, matches)
    signal_node(node, signal.SIGTERM)
    await nemesis.nodes.replace(node)


BLOWS: dict[str, Strike] = {
    "kill": kill, "gateway": gateway, "pair": pair, "stop": stop, "drain": drain, "rolling": rolling,
}  # fmt: skip
