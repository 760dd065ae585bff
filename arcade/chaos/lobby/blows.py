"""What strikes a lobby: `kill -9` of the node that keeps the queue, or that serves a party's command."""

import asyncio
import signal

from arcade.chaos.games import GAME, MODE, TEAM
from arcade.chaos.lobby.hall import Hall
from arcade.chaos.lobby.keeper import keeper
from arcade.chaos.nemesis import Nemesis, Strike
from arcade.chaos.nodes import Running, signal_node

MOMENT_SECONDS = 6.0
SOON = (0.0, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03)
"""Seconds from the moment to the blow."""


def _hall(nemesis: Nemesis) -> Hall:
    if not isinstance(nemesis.scene, Hall):
        raise TypeError("there is no lobby to strike")
    return nemesis.scene


async def matchmaker(nemesis: Nemesis) -> None:
    """The node that keeps the queue: while a match is proposed, as it is agreed on or made, or ever."""
    hall = _hall(nemesis)
    when = nemesis.dice.choice(("asked", f"accept {2 * TEAM}", f"accept {2 * TEAM}", "accept", ""))
    if when:
        there = await hall.moment(lambda what: what.startswith(when), MOMENT_SECONDS)
        hall.counts[f"struck at {when}" if there else "struck at no moment"] += 1
    await asyncio.sleep(nemesis.dice.choice(SOON))
    running = {node.node: node for node in nemesis.nodes.running()}
    if not running:
        return
    name = await keeper(nemesis.redis, GAME, MODE)
    hall.counts["keeper struck"] += name in running
    victim = running.get(name) or nemesis.dice.choice(list(running.values()))
    await _kill(nemesis, victim)


async def commands(nemesis: Nemesis) -> None:
    """A node that serves somebody's wish about a party or an invite."""
    hall = _hall(nemesis)
    running = nemesis.nodes.running()
    if not running:
        return
    victim = nemesis.dice.choice(running)
    there = await hall.moment(lambda what: what == f"command {victim.port}", MOMENT_SECONDS)
    hall.counts["struck at a command" if there else "struck at no moment"] += 1
    await asyncio.sleep(nemesis.dice.choice(SOON))
    await _kill(nemesis, victim)


async def _kill(nemesis: Nemesis, victim: Running) -> None:
    nemesis.note("kill", victim, {})
    signal_node(victim, signal.SIGKILL)
    nemesis.kills += 1
    await asyncio.sleep(nemesis.dice.uniform(0, 1))
    await nemesis.nodes.replace(victim)


BLOWS: dict[str, Strike] = {"matchmaker": matchmaker, "commands": commands}
