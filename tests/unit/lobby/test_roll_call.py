"""Who vanished without a word is away, but not at the first look."""

from lobby import roll_call
from lobby.roll_call import SURE, RollCall
from lobby.rules.matching import QueueRules
from lobby.rules.queue import Queue
from lobby.rules.queue_events import Away, Back, Entered, Left, Seeker, Ticket


def waiting(*players: str) -> Queue:
    queue = Queue(QueueRules("g", "m", 2, 2))
    for n, player in enumerate(players):
        queue.apply(Entered(Ticket(player, [Seeker(player, player, 5000 * n)], 0.0)), 0.0)
    return queue


def test_it_is_believed_after_a_while() -> None:
    here = {"a", "b"}
    queue, calls = waiting("a", "b"), RollCall(here.__contains__)
    assert list(calls.call(queue, 0.0)) == []
    here.discard("a")
    assert list(calls.call(queue, 1.0)) == []
    assert list(calls.call(queue, 1.0 + SURE)) == [Away("a")]
    queue.apply(Away("a"), 3.0)
    assert list(calls.call(queue, 9.0)) == [], "that is known"
    here.add("a")
    assert list(calls.call(queue, 10.0)) == []
    assert list(calls.call(queue, 10.0 + SURE)) == [Back("a")]


def test_who_is_missed_for_a_moment_is_there() -> None:
    here = {"a"}
    queue, calls = waiting("a"), RollCall(here.__contains__)
    for at in (0.0, 1.0, 2.0, 3.0, 4.0):
        here ^= {"a"}
        assert list(calls.call(queue, at)) == []


def test_who_has_left_is_forgotten() -> None:
    queue, calls = waiting("a", "b"), RollCall(lambda player: False)
    assert list(calls.call(queue, 0.0)) == []
    queue.apply(Left("a"), 0.5)
    assert list(calls.call(queue, 1.0)) == []
    assert set(calls._odd) == {"b"}


def test_all_are_called_within_four_calls() -> None:
    names = [f"p{n}" for n in range(3 * roll_call.LEAST)]
    asked: list[str] = []

    def online(player: str) -> bool:
        asked.append(player)
        return True

    queue, calls = waiting(*names), RollCall(online)
    for _ in range(4):
        assert list(calls.call(queue, 0.0)) == []
    assert set(asked) == set(names)
