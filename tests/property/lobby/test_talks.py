"""Laws of what chat keeps for a player, and of lines."""

import contextlib
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lobby.rules.chat import MAX_BYTES, MAX_CHARS, Refused, clean
from lobby.rules.notices import MOST, Gone, Looked, Notice, Seen, Sent, Tell
from lobby.rules.notices import Event as BoxEvent
from lobby.rules.notices import step as box_step
from lobby.rules.talks import MARKS, MUTED, TALKS, Event, Marked, Muted, Talk, Talks, Wrote, step

PEERS = st.integers(0, TALKS + 3)
EVENTS = st.one_of(
    st.builds(lambda n, at: Wrote(Talk(f"direct/a.{n}", str(n), "B", at)), PEERS, st.integers(0, 99)),
    st.builds(lambda n, seq: Marked(f"room/{n}", seq), st.integers(0, MARKS + 3), st.integers(0, 9)),
    st.builds(lambda n, on: Muted(str(n), on), st.integers(0, MUTED + 3), st.booleans()),
)


@given(st.lists(EVENTS, max_size=60))
def test_it_stays_within_its_bounds_and_said_again_changes_nothing(events: list[Event]) -> None:
    kept = Talks()
    for event in events:
        with contextlib.suppress(Refused):
            after = step(kept, event)
            assert step(after, event) == after
            if isinstance(event, Marked):
                assert after.unread_after(event.channel) >= max(kept.unread_after(event.channel), event.seq)
            kept = after
        assert len(kept.talks) <= TALKS
        assert len(kept.read) <= MARKS
        assert len(kept.muted) == len(set(kept.muted)) <= MUTED
        assert len({talk.channel for talk in kept.talks}) == len(kept.talks)


@given(st.text(max_size=MAX_CHARS + 20))
def test_whatever_passes_is_short_visible_and_stays_as_it_is(text: str) -> None:
    line = ""
    with contextlib.suppress(Refused):
        line = clean(text)
    if not line:
        return
    assert 0 < len(line) <= MAX_CHARS
    assert len(line.encode()) <= MAX_BYTES
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Zl", "Zp") for sign in line)
    assert clean(line) == line


IDS = st.sampled_from([f"n{n}" for n in range(MOST + 4)])
BOX_EVENTS = st.one_of(
    st.builds(lambda ident, until: Sent(Notice(ident, "c", "t", {}, 0, until)), IDS, st.integers(1, 40)),
    st.builds(Seen, st.lists(IDS, max_size=4)),
    st.just(Looked()),
)


@given(st.lists(BOX_EVENTS, max_size=120))
def test_a_notice_is_told_as_gone_at_most_as_often_as_it_was_told(events: list[BoxEvent]) -> None:
    box: list[Notice] = []
    open_now: set[str] = set()
    for now, event in enumerate(events):
        box, effects = box_step(box, event, now / 4)
        for effect in effects:
            if isinstance(effect, Tell):
                open_now.add(effect.notice.id)
            if isinstance(effect, Gone):
                assert set(effect.ids) <= open_now
                open_now -= set(effect.ids)
        assert len(box) <= MOST
        assert len({notice.id for notice in box}) == len(box)
        assert all(notice.until > now / 4 for notice in box)
        assert {notice.id for notice in box} <= open_now
