"""The arena as one writes it with stock Channels: `python stock_channels.py PORT`; REDIS_URL: the layer's.

A consumer per socket, a group per room, a task per room that ticks and sends the state to the group as JSON.
The rules are our own, `matches.games.arena`'s field.
"""

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import django
import uvicorn
from django.conf import settings

settings.configure(
    SECRET_KEY="only for a bench on this machine",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": [{"address": os.environ["REDIS_URL"], "socket_timeout": None}]},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from matches.games.arena_field import (  # noqa: E402
    RATE,
    SPOTS,
    Runner,
    bump,
    coins_of,
    collect,
    run,
    scatter,
)

BASE = coins_of(8)


class Dice:
    """The generator that the field asks."""

    def between(self, low: int, high: int) -> int:
        return random.randint(low, high)


class Room:
    """The state of one arena, and the task that ticks it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dice: Any = Dice()
        self.runners: dict[str, Runner] = {}
        self.coins = [scatter(self.dice) for _ in range(BASE)]
        self.task = asyncio.create_task(self.loop())

    def tick(self) -> None:
        runners = list(self.runners.values())
        places = run(runners)
        for place, runner in enumerate(runners):
            for other in runners[place + 1 :]:
                bump(runner, other, self.coins)
        collect(places, self.coins, BASE, self.dice)

    async def loop(self) -> None:
        layer, loop = get_channel_layer(), asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 1 / RATE
            await asyncio.sleep(max(0.0, due - loop.time()))
            self.tick()
            state = {
                "runners": [
                    {"x": r.x, "y": r.y, "team": r.team, "dx": r.dx, "dy": r.dy, "score": r.score}
                    for r in self.runners.values()
                ],
                "coins": [[coin.x, coin.y] for coin in self.coins],
            }
            await layer.group_send(self.name, {"type": "arena.state", "state": state})


rooms: dict[str, Room] = {}


class ArenaConsumer(AsyncJsonWebsocketConsumer):
    """One player."""

    async def connect(self) -> None:
        name = f"arena-{self.scope['url_route']['kwargs']['room']}"
        self.room = rooms.get(name) or rooms.setdefault(name, Room(name))
        team = len(self.room.runners)
        x, y = SPOTS[team % 8]
        self.runner = self.room.runners[self.channel_name] = Runner(x, y, team)
        await self.channel_layer.group_add(self.room.name, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        self.room.runners.pop(self.channel_name, None)
        await self.channel_layer.group_discard(self.room.name, self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        self.runner.dx, self.runner.dy = content["dx"], content["dy"]

    async def arena_state(self, event: dict[str, Any]) -> None:
        await self.send_json(event["state"])


application = ProtocolTypeRouter(
    {"websocket": URLRouter([path("room/<room>/", ArenaConsumer.as_asgi())])},
)

if __name__ == "__main__":
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
