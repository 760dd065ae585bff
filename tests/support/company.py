"""Players who are together already, through sockets."""

from typing import Any

from protocol import messages as wire
from tests.support.lobby import Socket, World


async def heard(socket: Socket, kind: type[wire.Message], **fields: Any) -> Any:
    """The first such message, also where it came before an answer."""
    for message in socket.past:
        if isinstance(message, kind) and all(getattr(message, k) == v for k, v in fields.items()):
            return message
    return await socket.until(kind, seconds=5, **fields)


async def together(world: World) -> tuple[Socket, Socket, str]:
    """Ann and Bob in her party; its id."""
    ann, bob = await world.player("ann"), await world.player("bob")
    id = (await ann.request(wire.Invite, "party", "bob")).data["id"]
    party = (await bob.request(wire.InviteAccept, id)).data["what"]
    while len((await ann.until(wire.Party)).members) < 2:
        continue
    await heard(bob, wire.Party, party=party)
    return ann, bob, party


async def in_room(world: World) -> tuple[Socket, Socket, str]:
    """Ann and Bob in her room; its code."""
    ann, bob = await world.player("ann"), await world.player("bob")
    code = (await ann.request(wire.RoomCreate, "arena", "ffa", 4)).data["code"]
    await bob.request(wire.RoomJoin, code)
    await heard(bob, wire.Room, code=code)
    return ann, bob, code
