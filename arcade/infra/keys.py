"""Every key in Redis, by what it is for. All keys of a match share one hash tag."""

PREFIX = "arcade"


def match_log(match: str) -> str:
    """Stream: the match's accepted moves and snapshots, ids `<epoch>-<n>`."""
    return f"{PREFIX}:m:{{{match}}}:log"


def match_meta(match: str) -> str:
    """Hash: node, epoch, game, mode, version, players, rated, created, phase, deaths, suspected,
    ended (by its rules, the last such node), durability."""
    return f"{PREFIX}:m:{{{match}}}:meta"


def live_matches() -> str:
    """Sorted set: ids of live matches by creation, Unix ms."""
    return f"{PREFIX}:live"


def player_match(player: str) -> str:
    """String: the id of the match this player sits in."""
    return f"{PREFIX}:p:{player}:match"


def player_sockets(player: str) -> str:
    """Sorted set: this player's open sockets by expiry, Unix seconds."""
    return f"{PREFIX}:p:{player}:sockets"


def node(node_id: str) -> str:
    """Hash with expiry: a node's address; gone when the node is."""
    return f"{PREFIX}:n:{node_id}"


def nodes() -> str:
    """Hash: id to address of every node that has not left in order."""
    return f"{PREFIX}:nodes"


def node_matches(node_id: str) -> str:
    """Set: ids of the matches that a node owns; an index, the matches' own entries are the truth."""
    return f"{PREFIX}:n:{node_id}:matches"


def waitaof() -> str:
    """String with expiry: a write, for waiting until it and all before it are on disk."""
    return f"{PREFIX}:waitaof"


def tombstone(node_id: str) -> str:
    """String with expiry: this node was found dead; Redis time (ms) of its last renewal, its suspect."""
    return f"{PREFIX}:n:{node_id}:dead"


def news() -> str:
    """Pub/sub channel: what every node should know: nodes that died, matches that moved."""
    return f"{PREFIX}:news"


def quarantine() -> str:
    """Set: ids of matches kept for staff, which no node may host."""
    return f"{PREFIX}:quarantine"


def node_channel(node_id: str) -> str:
    """Pub/sub channel: what other nodes send to this one."""
    return f"{PREFIX}:n:{node_id}:bus"


def ticket(digest: str) -> str:
    """String with expiry: a socket ticket, under the hash of its secret."""
    return f"{PREFIX}:ticket:{digest}"


def room(code: str) -> str:
    """String: a room's document, changed by compare-and-set."""
    return f"{PREFIX}:room:{code}"


def room_attempts(player: str) -> str:
    """String: when this player gave passwords of rooms lately."""
    return f"{PREFIX}:p:{player}:room-attempts"


def rooms(shard: int) -> str:
    """Hash: a part of the public rooms, code to entry with its lease end."""
    return f"{PREFIX}:rooms:{shard}"


def player_room(player: str) -> str:
    """String: the code of the room this player is in."""
    return f"{PREFIX}:p:{player}:room"


def party(party_id: str) -> str:
    """String: a party's document, changed by compare-and-set."""
    return f"{PREFIX}:party:{party_id}"


def player_party(player: str) -> str:
    """String: the id of the party this player is in."""
    return f"{PREFIX}:p:{player}:party"


def player_invites(player: str) -> str:
    """String: the invites to this player, changed by compare-and-set."""
    return f"{PREFIX}:p:{player}:invites"


def player_sent(player: str) -> str:
    """String: the invites that this player has sent and that were not decided yet, changed likewise."""
    return f"{PREFIX}:p:{player}:sent"


def link(kind: str, what: str, player: str) -> str:
    """String: the link by which this player invites to a party or room, changed likewise."""
    return f"{PREFIX}:link:{kind}:{what}:{player}"


def queues() -> str:
    """Set: `<game>:<mode>` of the queues that somebody leads or has led."""
    return f"{PREFIX}:queues"


def queue_lease(queue: str) -> str:
    """Hash: who writes this queue (`<game>:<mode>`), by which fence, until when (Unix ms)."""
    return f"{PREFIX}:q:{{{queue}}}:lease"


def queue_parts(queue: str) -> str:
    """Hash: what the queue holds, a field a ticket, a proposal, a penalty …"""
    return f"{PREFIX}:q:{{{queue}}}:parts"


def queue_order(queue: str) -> str:
    """Sorted set: the queue's tickets by when their waiting began, Unix seconds."""
    return f"{PREFIX}:q:{{{queue}}}:order"


def queue_inbox(queue: str) -> str:
    """Hash: what other nodes handed to the writer and it has not taken in, `<number>:<sender>:<event>`."""
    return f"{PREFIX}:q:{{{queue}}}:inbox"


def queue_said(queue: str, id: str) -> str:
    """String with expiry: what came of an event that was handed over."""
    return f"{PREFIX}:q:{{{queue}}}:said:{id}"


def queue_node(node_id: str) -> str:
    """Pub/sub channel: what concerns the queues of this node."""
    return f"{PREFIX}:q:n:{node_id}"


def player_queue(player: str) -> str:
    """String: `<game>:<mode>` of the queue this player waits in."""
    return f"{PREFIX}:p:{player}:queue"


def player_meetings(player: str, game: str, mode: str, day: int) -> str:
    """String: how often this player met whom in rated duels of this queue on this day (from 1970, UTC)."""
    return f"{PREFIX}:p:{player}:met:{game}:{mode}:{day}"


def presence() -> str:
    """Hash: player id to name, status and lease end."""
    return f"{PREFIX}:presence"


def chat_lines(channel: str) -> str:
    """Stream: what was said in a channel, ids `<seq>-0`."""
    return f"{PREFIX}:c:{{{channel}}}:lines"


def chat_receipt(channel: str, receipt: str) -> str:
    """String with expiry: the number of the line that was sent so."""
    return f"{PREFIX}:c:{{{channel}}}:r:{receipt}"


def chat_rate(channel: str, name: str) -> str:
    """String with expiry: until when (Unix ms) what was said uses a rate up; `name`: a player, or all."""
    return f"{PREFIX}:c:{{{channel}}}:b:{name}"


def player_talks(player: str) -> str:
    """String: what chat keeps for a player, changed by compare-and-set."""
    return f"{PREFIX}:p:{player}:talks"


def broadcasts() -> str:
    """Hash: id to notice, of what an operator told everybody and that is kept for who comes."""
    return f"{PREFIX}:broadcasts"


def player_broadcasts(player: str) -> str:
    """Document: ids of the broadcasts that this player has seen."""
    return f"{PREFIX}:p:{player}:broadcasts"


def player_notices(player: str) -> str:
    """String: the notices that wait for a player, changed by compare-and-set."""
    return f"{PREFIX}:p:{player}:notices"
