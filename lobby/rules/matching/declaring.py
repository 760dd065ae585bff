"""What is wrong with the declaration of a queue, in sentences."""

from collections.abc import Collection

from lobby.rules.matching.declared import Common, Difference, Equal, QueueRules, Window

MOST = 8
"""Regions, rules and roles of a queue."""
CHOICES = 32


def problems(rules: QueueRules, regions: Collection[str] | None = None) -> list[str]:
    """Empty where the queue can be. `regions`: those that the server declares, None: whatever there are."""
    found = [
        *_window("window", rules.window),
        *_roles(rules),
        *_regions(rules, regions),
        *_numbers(rules),
    ]
    names = [rule.name for rule in rules.rules]
    if len(names) > MOST or len(set(names)) < len(names):
        found.append(f"rules: at most {MOST}, each with a name of its own.")
    for rule in rules.rules:
        found += _rule(rule)
    return found


def _numbers(rules: QueueRules) -> list[str]:
    found = []
    if not 1 <= rules.low <= rules.high or not rules.sizes():
        found.append("low and high: no match has so many seats.")
    if not 0 <= rules.accept <= 120:
        found.append("accept: 0 to 120 seconds.")
    if rules.repeats < 0:
        found.append("repeats: a number of matches, 0 for any.")
    if rules.shrink.after < 0 or rules.shrink.step < 0:
        found.append("shrink: seconds are not below 0.")
    if rules.parties.most < 0 or rules.parties.gap < 0:
        found.append("parties: neither most nor gap is below 0.")
    if rules.team_size and rules.parties.most > rules.team_size:
        found.append(f"parties: a team has {rules.team_size} seats, so most is that or less.")
    return found


def _window(name: str, window: Window) -> list[str]:
    numbers = (window.start, window.growth, window.limit, window.optional or 0.0)
    return [f"{name}: nothing in it is below 0."] if any(not number >= 0 for number in numbers) else []


def _roles(rules: QueueRules) -> list[str]:
    if not rules.roles:
        return []
    if not rules.team_size:
        return ["roles: only teams have them, and this mode has none."]
    if len(rules.roles) > MOST or any(not 1 <= len(name) <= 64 for name in rules.roles):
        return [f"roles: at most {MOST}, with names of 1 to 64 characters."]
    if min(rules.roles.values()) < 1 or sum(rules.roles.values()) != rules.team_size:
        return [f"roles: their seats are to make up a team of {rules.team_size}."]
    return []


def _regions(rules: QueueRules, declared: Collection[str] | None) -> list[str]:
    region = rules.region
    if region is None:
        return []
    found = []
    if not 1 <= len(region.names) <= MOST or len(set(region.names)) < len(region.names):
        found.append(f"region: 1 to {MOST} names, each once.")
    unknown = [name for name in region.names if declared is not None and name not in declared]
    if unknown:
        found.append(f"region: {', '.join(unknown)} is not in ARCADE_REGIONS.")
    if not 0 < region.ceiling <= region.limit or region.growth < 0:
        found.append("region: the ceiling is above 0 and not above the limit, and growth not below 0.")
    return found


def _rule(rule: Equal | Common | Difference) -> list[str]:
    found = []
    if not 1 <= len(rule.name) <= 64:
        found.append("rules: a name has 1 to 64 characters.")
    if isinstance(rule, Difference):
        found += _window(f"rules: {rule.name}: window", rule.window)
        if not rule.low <= rule.default <= rule.high:
            found.append(f"rules: {rule.name}: the default is not from low to high.")
        return found
    if len(rule.choices) > CHOICES or len(set(rule.choices)) < len(rule.choices):
        found.append(f"rules: {rule.name}: at most {CHOICES} choices, each once.")
    defaults = (rule.default,) if isinstance(rule, Equal) else rule.default
    wrong = [text for text in defaults if text and rule.choices and text not in rule.choices]
    if wrong:
        found.append(f"rules: {rule.name}: the default {wrong[0]!r} is not among the choices.")
    if rule.optional is not None and not rule.optional >= 0:
        found.append(f"rules: {rule.name}: optional is not below 0.")
    if isinstance(rule, Common) and len(rule.default or rule.choices) > 16:
        found.append(f"rules: {rule.name}: who names none has its default, which is at most 16.")
    return found
