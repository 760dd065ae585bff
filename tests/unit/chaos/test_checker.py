"""The checker finds nothing where nothing is wrong, and each wrong that can be."""

import msgspec
import pytest

from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.against_rows import chains
from arcade.chaos.violation import STUCK_MS, TOLD_MS, Outages
from matches.engine.inputs import Moved
from matches.engine.record import Fenced, Stepped, decode_record, encode_snapshot
from tests.unit.chaos.conftest import FIRST, SECOND, Story

ANYTHING = "0" * 16


def test_nothing_is_wrong(story: Story) -> None:
    of_match, of_database = story.verdicts()
    assert of_match.violations == of_database.violations == []
    assert (of_match.acked, of_match.takeovers) == (8, 1)


# --- moves ------------------------------------------------------------------------------------------


def test_an_acknowledged_move_that_is_not_in_the_log(story: Story) -> None:
    entries = story.histories[1].entries
    entries.insert(-3, h.Sent(300, 4, '{"column":5,"mark":"1-4"}'))
    entries.insert(-3, h.Acked(301, 4, '{"column":5,"mark":"1-4"}', SECOND, story.row.steps))
    assert story.kinds() == {"lost"}


def test_another_move_in_the_place_of_the_acknowledged_one(story: Story) -> None:
    story.change(1, h.Acked, 2, content='{"column":6,"mark":"1-3"}')
    assert story.kinds() == {"lost"}


def test_a_move_acknowledged_before_its_step(story: Story) -> None:
    seen = story.histories[0].entries[story.find(0, h.Acked, 1)]
    assert isinstance(seen, h.Acked)
    story.change(0, h.Acked, 1, seq=seen.seq - 1)
    assert story.kinds() == {"lost"}


def test_a_move_applied_twice_under_two_numbers(story: Story) -> None:
    def twice(said: Moved) -> Moved:
        first = msgspec.msgpack.encode({"column": 3, "mark": "0-1"})
        return msgspec.structs.replace(said, move=first) if (said.seat, said.number) == (0, 2) else said

    _change_moves(story, twice)
    assert {"duplicated", "lost"} <= story.kinds()


def test_a_repeat_that_the_match_ignored_is_no_second_time(story: Story) -> None:
    records = [decode_record(data) for data in story.records]
    for record in records:
        if isinstance(record, Stepped) and record.seq == 3:
            record.inputs.append(records_of_moves(story)[0])
    story.rewrite(records=[msgspec.msgpack.encode(r) for r in records])
    assert story.kinds() == set()


def test_a_move_in_the_log_that_nobody_sent(story: Story) -> None:
    del story.histories[1].entries[story.find(1, h.Sent, 1)]
    assert story.kinds() == {"diverged"}


def test_a_session_in_the_log_that_nobody_had(story: Story) -> None:
    story.histories[1] = msgspec.structs.replace(
        story.histories[1], who=msgspec.structs.replace(story.histories[1].who, session=77)
    )
    assert "diverged" in story.kinds()


def test_a_refusal_answered_as_applied(story: Story) -> None:
    at = story.find(0, h.Refused)
    refused = story.histories[0].entries[at]
    assert isinstance(refused, h.Refused)
    after = refused.seq + 1
    story.histories[0].entries[at] = h.Acked(refused.at, refused.number, refused.content, SECOND, after)
    assert story.kinds() == {"diverged"}


# --- frames -----------------------------------------------------------------------------------------


def test_a_view_that_is_not_the_replays(story: Story) -> None:
    for seat in (0, 1):
        story.change(seat, h.Seen, 2, digest=ANYTHING)
    assert story.kinds() == {"diverged"}


def test_two_sessions_of_a_seat_that_see_different_things(story: Story) -> None:
    other = h.History(h.Who("test", "player-0", 0, 99), [])
    seen = story.histories[0].entries[story.find(0, h.Seen, 4)]
    other.entries.append(msgspec.structs.replace(seen, digest=ANYTHING, events=[], key=True))
    story.histories.append(other)
    assert story.kinds() == {"diverged"}


def test_a_frame_beyond_the_logs_end(story: Story) -> None:
    entries = story.histories[0].entries
    last = entries[story.find(0, h.Seen, -1)]
    assert isinstance(last, h.Seen)
    ended = story.find(0, h.Ended)
    del entries[ended]
    entries.append(msgspec.structs.replace(last, seq=last.seq + 1, events=[]))
    assert "diverged" in story.kinds()


def test_a_frame_of_a_step_that_its_epoch_never_logged(story: Story) -> None:
    story.change(1, h.Seen, 5, epoch=FIRST)
    assert story.kinds() == {"diverged"}


def test_a_frame_that_was_never_seen(story: Story) -> None:
    del story.histories[1].entries[story.find(1, h.Seen, 6)]
    assert story.kinds() == {"missed"}


def test_an_event_that_was_never_told(story: Story) -> None:
    last = story.histories[1].entries[story.find(1, h.Seen, -1)]
    assert isinstance(last, h.Seen)
    assert [name for _, name, _ in last.events] == ["match.ended"]
    story.change(1, h.Seen, -1, events=[])
    assert story.kinds() == {"missed"}


def test_an_event_told_twice(story: Story) -> None:
    last = story.histories[1].entries[story.find(1, h.Seen, -1)]
    assert isinstance(last, h.Seen)
    story.change(1, h.Seen, -1, events=last.events * 2)
    assert story.kinds() == {"diverged"}


def test_another_match_time(story: Story) -> None:
    story.change(1, h.Seen, 3, time=1)
    assert story.kinds() == {"diverged"}


def test_a_rewind_is_told_but_takes_the_moves_with_it(story: Story) -> None:
    """What was shown of lost steps is no divergence; that it had to be taken back is what is counted."""
    entries = story.histories[1].entries
    fence = next(i for i, e in enumerate(entries) if isinstance(e, h.Seen) and e.epoch == SECOND)
    back = entries[fence]
    assert isinstance(back, h.Seen)
    entries[fence] = msgspec.structs.replace(back, rewound=True, key=True)
    ghost = msgspec.structs.replace(
        back, at=1, epoch=FIRST, digest=ANYTHING, seq=back.seq + 1, events=[], key=True
    )
    entries.insert(fence, ghost)
    assert story.kinds() == {"rewound"}


# --- the log ----------------------------------------------------------------------------------------


def test_a_log_with_a_step_left_out(story: Story) -> None:
    story.rewrite(records=[*story.records[:3], *story.records[4:]])
    assert "diverged" in story.kinds()


def test_an_append_of_the_old_owner_after_the_fence(story: Story) -> None:
    records = [decode_record(data) for data in story.records]
    fence = next(i for i, record in enumerate(records) if isinstance(record, Fenced))
    after = records[fence + 2]
    assert isinstance(after, Stepped)
    records[fence + 2] = msgspec.structs.replace(after, prev=f"{FIRST}-9")
    story.rewrite(records=[msgspec.msgpack.encode(r) for r in records])
    assert "diverged" in story.kinds()


def test_another_end_than_recorded(story: Story) -> None:
    story.rewrite(hash="0" * 32)
    assert story.kinds() == {"diverged"}


def test_another_number_of_steps_than_recorded(story: Story) -> None:
    story.rewrite(steps=story.row.steps + 1)
    assert story.kinds() == {"diverged"}


def test_a_match_without_replay(story: Story) -> None:
    story.rewrite(setup=None)
    assert story.kinds() == {"diverged"}


# --- the end ----------------------------------------------------------------------------------------


def test_a_match_that_is_not_in_the_database(story: Story) -> None:
    story.rewrite(id="")
    story.participants.clear()
    story.ratings.clear()
    assert story.kinds() == {"unfinished"}


def test_a_match_that_was_aborted(story: Story) -> None:
    story.rewrite(outcome="aborted")
    assert {"aborted", "double_results"} == story.kinds()


def test_a_client_that_was_sent_away_before_the_end(story: Story) -> None:
    seen = story.histories[0].entries[story.find(0, h.Seen, 3)]
    story.histories[0].entries[-1:] = [h.Left(seen.at, 4005, "go away")]
    assert story.kinds() == {"turned_away"}


def test_a_client_that_was_sent_away_after_the_end(story: Story) -> None:
    story.change(0, h.Left, code=4008)
    assert story.kinds() == set()


@pytest.mark.parametrize("kind", [h.Ended, h.Recorded])
def test_a_client_that_was_told_another_result(story: Story, kind: type[h.Entry]) -> None:
    if kind is h.Ended:
        story.change(0, h.Ended, result={"places": [2, 1]})
    else:
        story.change(0, h.Recorded, ratings=[[1000, 1032], [1000, 984]])
    assert story.kinds() == {"double_results"}


def test_a_rating_that_was_changed_twice(story: Story) -> None:
    story.ratings[0] = msgspec.structs.replace(story.ratings[0], version=2, matches=2)
    assert story.kinds() == {"double_results"}


def test_a_rating_whose_chain_is_broken(story: Story) -> None:
    story.rewrite()
    second = db.Participant("other", 0, "player-0", 1, None, "win", 2, 1016, 1030, 26.0, 28.0)
    story.participants.append(second)
    story.ratings[0] = msgspec.structs.replace(story.ratings[0], version=2, matches=2, mu=28.0)
    other = msgspec.structs.replace(story.row, id="other")
    rows = db.Rows([story.row, other], story.participants, story.ratings)

    assert {v.kind for v in chains(rows)} == {"double_results"}


def test_a_rating_that_is_not_the_last_matchs(story: Story) -> None:
    story.ratings[1] = msgspec.structs.replace(story.ratings[1], mu=24.0)
    assert story.kinds() == {"double_results"}


# --- standing still ---------------------------------------------------------------------------------


def test_a_match_that_stood_still(story: Story) -> None:
    _slow_down(story, STUCK_MS + 1_000)
    assert story.kinds(ended=200_000) == {"stuck"}


def test_a_match_that_stood_still_while_redis_was_away(story: Story) -> None:
    _slow_down(story, STUCK_MS + 1_000)
    outages = Outages([(0, 5_000.0)])
    assert story.kinds(ended=200_000, outages=outages) == set()


def test_a_match_that_never_went_on(story: Story) -> None:
    for history in story.histories:
        history.entries = [e for e in history.entries if e.at < 150]
    assert "stuck" in story.kinds(ended=100_000)


def _slow_down(story: Story, by: float) -> None:
    """Everything from the sixth frame on comes later."""
    for history in story.histories:
        history.entries = [
            msgspec.structs.replace(e, at=e.at + by) if e.at > 150 else e for e in history.entries
        ]


def records_of_moves(story: Story) -> list[Moved]:
    records = [decode_record(data) for data in story.records]
    return [i for r in records if isinstance(r, Stepped) for i in r.inputs if isinstance(i, Moved)]


def _change_moves(story: Story, change: object) -> None:
    records = [decode_record(data) for data in story.records]
    for record in records:
        if isinstance(record, Stepped):
            record.inputs[:] = [change(i) if isinstance(i, Moved) else i for i in record.inputs]  # type: ignore[operator]
    story.rewrite(records=[msgspec.msgpack.encode(r) for r in records])


@pytest.mark.parametrize(("charged", "found"), [(10, set()), (400, {"overcharged"})])
def test_a_clock_charged_for_what_did_not_pass(story: Story, charged: int, found: set[str]) -> None:
    """At the change of owners; each record of the story comes 10 ms after the one before."""
    records = []
    for at, record in enumerate(map(decode_record, story.records)):
        match record:
            case Fenced():
                time = record.time + charged - 10
                record = msgspec.structs.replace(record, wall=1_000_000 + 10 * at, time=time)
            case Stepped():
                record = msgspec.structs.replace(record, wall=1_000_000 + 10 * at)
        records.append(msgspec.msgpack.encode(record))
    story.rewrite(records=records)
    assert story.kinds() == found


# --- what the tail of Redis took with it --------------------------------------------------------------


def test_who_was_told_that_a_match_is_gone_with_the_tail(story: Story) -> None:
    for seat, history in enumerate(story.histories):
        del history.entries[story.find(seat, h.Ended) :]
        history.entries.append(h.Left(205, 4007, "go away"))
    story.rewrite(id="")
    story.participants, story.ratings = [], []
    lost = Outages([(190.0, 200.0)], losing=True)
    assert story.kinds(outages=lost, ended=210.0) == {"gone", "unfinished"}
    assert story.kinds(outages=Outages([(190.0, 200.0)]), ended=210.0) == {"turned_away", "unfinished"}


def test_nobody_is_told_of_a_loss_while_the_way_to_redis_is_slow() -> None:
    lost, told = (1_000.0, 2_000.0), 2_000.0 + TOLD_MS
    assert Outages([lost], losing=True).lost(told)
    assert not Outages([lost], losing=True).lost(told + 1)
    slow = (3_000.0, 9_000.0)
    assert Outages([lost], losing=True, slow=[slow]).lost(told + 7_000)
    assert not Outages([lost], losing=True, slow=[slow]).lost(told + 7_001)
    again = (told + 5_000, told + 6_000)
    assert Outages([lost], losing=True, slow=[again, slow]).lost(told + 16_000)
    assert not Outages([lost], losing=True, slow=[again]).lost(told + 1)
    assert not Outages([lost], slow=[slow]).lost(told)


def test_a_log_may_end_with_the_snapshot_of_an_owner_who_knew_more(story: Story) -> None:
    end, time = story.match.seq, story.match.time
    last = decode_record(story.row.records[-1])
    assert isinstance(last, Stepped)
    snapshot = encode_snapshot(end, time, story.match.hash(), story.match.snapshot(), last.prev, 0, True)
    story.rewrite(records=[*story.row.records[:-1], snapshot])
    assert story.kinds() == set()


def test_what_is_said_after_the_end_is_in_no_log(story: Story) -> None:
    entries = story.histories[1].entries
    behind = story.row.steps - 1
    end = story.find(1, h.Ended)
    entries.insert(end, h.Sent(300, 4, "resign"))
    entries.insert(end + 1, h.Refused(301, 4, "resign", "match-finished", SECOND, behind))
    assert story.kinds() == set()
    entries[end + 1] = h.Refused(301, 4, "resign", "not-your-turn", SECOND, behind - 1)
    assert story.kinds() == {"lost"}
