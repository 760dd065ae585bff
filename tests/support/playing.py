"""Matches really played through the engine, with the games' own computer players in every seat."""

from random import Random as Chance

import msgspec

from matches.engine import registry
from matches.engine.declared import declared, mode_of
from matches.engine.inputs import BotMoved, Input, Join, Moved, Resigned
from matches.engine.match import Match
from matches.engine.random import SeededRandom
from matches.engine.record import encode_header, encode_record, encode_snapshot
from matches.engine.setup import Finished, Seat, Setup
from matches.models import Player, new_player_id

BEGAN = 1_750_000_000_000
"""Unix ms at which these matches begin, where nothing else is said."""


def played(
    game: str,
    players: list[Player | None],
    *,
    chance: Chance,
    mode: str | None = None,
    began: int = BEGAN,
    resigns: float = 0.0,
    comes: bool = True,
) -> Finished:
    """A whole match between these players (None: a computer); `comes` False: nobody came.

    `resigns` is the chance per move that the seat gives up. The log has a snapshot in its middle.
    """
    rules = registry.get(game)
    mode = mode or next(iter(rules.modes))
    size = mode_of(rules, mode).team_size
    seats = [
        Seat(
            player=p.id if p is not None else None,
            name=p.name if p is not None else "Computer",
            team=n // size if size else n,
            bot=1 if p is None else None,
        )
        for n, p in enumerate(players)
    ]
    rated = all(players) and mode_of(rules, mode).rated
    setup = Setup(
        match=new_player_id(),
        game=game,
        mode=mode,
        version=rules.version,
        seats=seats,
        seed=chance.randbytes(32),
        rated=rated,
        created=began,
    )
    match = Match.create(rules, setup)
    records = [encode_header(setup)]

    def step(time: int, inputs: list[Input]) -> None:
        match.step(time, inputs, None)
        records.append(encode_record(match.seq, match.time, None, inputs, ""))
        if match.seq == 10:
            records.append(encode_snapshot(match.seq, match.time, match.hash(), match.snapshot(), ""))

    if comes:
        humans = [n for n, p in enumerate(players) if p is not None]
        step(chance.randint(200, 900), [Join(n, 1000 + n, 100) for n in humans])
    numbers = dict.fromkeys(range(len(players)), 0)
    minds = {n: SeededRandom(chance.randbytes(32)) for n in numbers}
    views = declared(type(rules)).views
    while not match.over:
        pause = 1000 // match.rate if match.rate else chance.randint(400, 4000)
        time = match.time + pause
        inputs: list[Input] = []
        due = match.next_wake()
        thinking = match.phase == "running" and (not match.rate or match.state.tick % (match.rate // 4) == 0)
        for seat in _movers(match) if thinking else []:
            level = chance.randint(1, rules.bots)
            move = rules.bot(views.decode(match.bot_view(seat)), seat, minds[seat], level)
            if move is None:
                continue
            data = msgspec.msgpack.encode(move)
            if players[seat] is None:
                inputs.append(BotMoved(seat, time, data))
                continue
            numbers[seat] += 1
            gives_up = chance.random() < resigns
            session, number = 1000 + seat, numbers[seat]
            inputs.append(
                Resigned(seat, session, number, time)
                if gives_up
                else Moved(seat, session, number, time, data)
            )
        if not inputs and not match.rate and due is not None:
            time = max(time, due)
        step(time, inputs)
    return Finished(
        setup=setup,
        result=match.result,
        reason=match.reason,
        fates=match.fates,
        started=began + (match.started or 0),
        ended=began + match.time,
        steps=match.seq,
        records=records,
        hash=match.hash(),
    )


def _movers(match: Match) -> list[int]:
    there = [n for n in range(len(match.setup.seats)) if n not in match.state.left]
    turn = match.turn()
    return there if turn is None else [turn]
