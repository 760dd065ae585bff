"""What a player may ask of the matches of a queue besides its game: latencies, values, roles.

`Wish.latencies`: ms by region, as the player's own machine measured them; nothing checks them, and a lie is
the liar's own lag, never beyond the ceiling of those he meets. `values`: by the names of the queue's rules.
`roles`: those he would play; none is any. Of a party each member has a wish, and its ticket is what fits all.
"""

import math
from collections.abc import Sequence
from typing import Any

import msgspec

from lobby.rules.matching import Common, Difference, Equal, Member, QueueRules
from lobby.rules.matching.matcher import LINES
from lobby.rules.matching.teams import assign
from lobby.rules.matching.ticket import Value

SLOWEST = 10_000.0
"""Milliseconds a region may be away."""
VALUES = 16
"""Elements of a value that is a set."""
LONGEST = 64
"""Characters of a value."""

Rule = Equal | Common | Difference


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    latencies: dict[str, float] = {}
    values: dict[str, Value] = {}
    roles: tuple[str, ...] = ()


NOTHING = Wish()


class Unfit(Exception):
    """The queue cannot take this wish; the text says what to do."""


def read(raw: dict[str, Any], rules: QueueRules) -> Wish:
    """The wish as this queue keeps it, with its defaults. Raises `Unfit`."""
    try:
        wish = msgspec.convert(raw, Wish, strict=True)
    except msgspec.ValidationError as error:
        raise Unfit(
            f"A wish is {{latencies: {{region: ms}}, values: {{name: value}}, roles: [name]}}: {error}."
        ) from None
    return checked(wish, rules)


def checked(wish: Wish, rules: QueueRules) -> Wish:
    """The same for a wish that has its form."""
    _known("region", wish.latencies, rules.region.names if rules.region else ())
    for region, ms in wish.latencies.items():
        if not 0 <= ms <= SLOWEST:
            raise Unfit(f"The latency to {region} is to be 0 to {SLOWEST:.0f} ms.")
    _known("value", wish.values, [rule.name for rule in rules.rules])
    _known("role", wish.roles, rules.roles)
    values = {rule.name: _value(rule, wish.values.get(rule.name)) for rule in rules.rules}
    return Wish(wish.latencies, values, tuple(dict.fromkeys(wish.roles)))


def together(wishes: Sequence[Wish], rules: QueueRules) -> tuple[dict[str, float], dict[str, Value]]:
    """Latencies and values of the ticket of these, each as `checked` gave it.

    A region is as far as for whom it is farthest, and out if somebody measured others but not it; an `equal`
    value is the same for all, of a `common` one is left what all have, a `difference` is taken from the mean.
    Raises `Unfit` where nothing is left, and where nobody could ever be met.
    """
    latencies = _latencies([w.latencies for w in wishes if w.latencies], rules)
    values = {rule.name: _joined(rule, [w.values[rule.name] for w in wishes]) for rule in rules.rules}
    if rules.roles:
        members = [Member(str(n), roles=wish.roles) for n, wish in enumerate(wishes)]
        if assign(members, rules.roles) is None:
            raise Unfit("A team has not seats enough for the roles of all of you; name others.")
    lines = len(latencies) or (len(rules.region.names) if rules.region else 1)
    for rule in rules.rules:
        value = values[rule.name]
        if isinstance(rule, Equal | Common):
            lines *= (len(value) if isinstance(value, tuple) else 1) + (rule.optional is not None)
    if lines > LINES:
        raise Unfit("These are too many choices together; name fewer values.")
    return latencies, values


def _latencies(measured: list[dict[str, float]], rules: QueueRules) -> dict[str, float]:
    if not measured or rules.region is None:
        return {}
    shared = [name for name in measured[0] if all(name in one for one in measured)]
    latencies = {name: max(one[name] for one in measured) for name in shared}
    near = {name: ms for name, ms in latencies.items() if rules.region.wait(ms) < math.inf}
    if not near:
        raise Unfit(f"No region of this queue is within {rules.region.limit:.0f} ms of all of you.")
    return near


def _known(what: str, given: Any, names: Any) -> None:
    for name in given:
        if name not in names:
            has = f"has {', '.join(names)}" if names else "has none"
            raise Unfit(f"This queue knows no {what} {name[:LONGEST]!r}; it {has}.")


def _value(rule: Rule, given: Value | None) -> Value:
    match rule:
        case Difference():
            number = rule.default if given is None else given
            if not isinstance(number, int | float) or not math.isfinite(number):
                raise Unfit(f"The value {rule.name} is to be a number.")
            if not rule.low <= number <= rule.high:
                raise Unfit(f"The value {rule.name} is to be {rule.low:g} to {rule.high:g}.")
            return float(number)
        case Equal():
            text = rule.default if given is None else given
            if not isinstance(text, str):
                raise Unfit(f"The value {rule.name} is to be one text.")
            _chosen(rule, [text])
            return text
        case Common():
            several = (rule.default or rule.choices or ("",)) if given is None else given
            if not isinstance(several, tuple) or not 1 <= len(several) <= VALUES:
                raise Unfit(f"The value {rule.name} is to be a list of 1 to {VALUES} texts.")
            _chosen(rule, several)
            return tuple(dict.fromkeys(several))


def _chosen(rule: Equal | Common, given: Sequence[str]) -> None:
    for text in given:
        if rule.choices and text not in rule.choices:
            raise Unfit(f"The value {rule.name} is to be of {', '.join(rule.choices)}.")
        if len(text) > LONGEST:
            raise Unfit(f"The value {rule.name} may have {LONGEST} characters.")


def _joined(rule: Rule, values: Sequence[Value]) -> Value:
    match rule:
        case Difference():
            return sum(float(v) for v in values if isinstance(v, int | float)) / len(values)
        case Equal():
            if any(value != values[0] for value in values):
                raise Unfit(f"All of a party have the same {rule.name}; agree on one.")
            return values[0]
        case Common():
            sets = [value for value in values if isinstance(value, tuple)]
            shared = tuple(text for text in sets[0] if all(text in one for one in sets))
            if not shared:
                raise Unfit(f"You have no {rule.name} in common; name more.")
            return shared
