"""What a declaration must be, so that a match of it replays exactly and survives as bytes."""

import re
from typing import Any, cast, get_args

import msgspec
from msgspec import inspect

from matches.engine.declared import Declared, pace_of, seats_of
from matches.engine.errors import DeclarationError
from matches.engine.game import Durability, Game, Mode, Ticks, Turns
from matches.engine.settings import settings_of

MOST_SEATS = 16
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

REMEDIES: dict[type[inspect.Type], str] = {
    inspect.AnyType: "is untyped or Any; name the type it has",
    inspect.RawType: "is Raw; name the type it has",
    inspect.SetType: "is a set, whose order differs from run to run; use a sorted list",
    inspect.FrozenSetType: "is a frozenset, whose order differs from run to run; use a sorted tuple",
    inspect.BytesType: "is bytes, which the JSON wire does not have; use str or a list of int",
    inspect.ByteArrayType: "is a bytearray, which the JSON wire does not have; use a list of int",
    inspect.MemoryViewType: "is a memoryview; use a list of int",
    inspect.DecimalType: "is a Decimal; use an int in the smallest unit",
    inspect.DateTimeType: "is a datetime; use match time, an int of ms",
    inspect.DateType: "is a date; use an int",
    inspect.TimeType: "is a time; use match time, an int of ms",
    inspect.TimeDeltaType: "is a timedelta; use an int of ms",
    inspect.UUIDType: "is a UUID; use a str or an int",
    inspect.ExtType: "is a msgpack extension; use plain types",
    inspect.DataclassType: "is a dataclass; use a msgspec.Struct",
    inspect.TypedDictType: "is a TypedDict; use a msgspec.Struct",
    inspect.NamedTupleType: "is a NamedTuple; use a msgspec.Struct",
    inspect.CustomType: "is of a class that has no exact bytes; use a msgspec.Struct or plain types",
}
OTHERWISE = "has a type that cannot be kept; use plain types"
PLAIN = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.StrType,
    inspect.LiteralType,
    inspect.EnumType,
)


def check(cls: type[Game[Any, Any]], declared: Declared) -> None:
    """DeclarationError where the game cannot be hosted; its text says where and what to do."""
    _check_words(cls)
    _check_methods(cls)
    for name, mode in cls.modes.items():
        _check_mode(cls, name, mode)
    if cls.Settings is not None:
        _check_settings(cls)
    for struct in (declared.state_type, declared.move_type):
        _check_struct(cls.__name__, struct, struct.__name__, set())


def _fail(game: str, text: str) -> None:
    raise DeclarationError(f"{game}: {text}")


def _check_words(cls: type[Game[Any, Any]]) -> None:
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not KEBAB.fullmatch(name):
        _fail(cls.__name__, f"name is {name!r}; give it a name such as 'connect-four'")
    if not isinstance(cls.version, int) or cls.version < 1:
        _fail(cls.__name__, f"version is {cls.version!r}; count 1, 2, 3…")
    if not cls.modes:
        _fail(cls.__name__, "modes is empty; declare at least {'standard': Mode()}")
    if cls.grace is not None and cls.grace < 0:
        _fail(cls.__name__, f"grace is {cls.grace}; give seconds, or None for the usual")
    _check_durability(cls, "durability", cls.durability)


def _check_methods(cls: type[Game[Any, Any]]) -> None:
    needed = ["setup", "play", "result"] + (["bot"] if cls.bots else [])
    for method in needed:
        if getattr(cls, method) is getattr(Game, method):
            _fail(cls.__name__, f"has no {method}(); define it")


def _check_mode(cls: type[Game[Any, Any]], name: str, mode: Mode) -> None:
    where = f"mode {name!r}"
    if not KEBAB.fullmatch(name):
        _fail(cls.__name__, f"{where}: use small letters, digits and single hyphens")
    seats = seats_of(cls(), mode)
    if not 1 <= seats.low <= seats.most <= MOST_SEATS:
        _fail(cls.__name__, f"{where}: seats must be 1 to {MOST_SEATS}, low before high")
    size = mode.team_size
    if size < 0 or (size and (seats.low % size or seats.most % size or seats.low < 2 * size)):
        _fail(cls.__name__, f"{where}: seats must make at least two teams of {size}")
    _check_durability(cls, f"{where}: durability", mode.durability)
    backfill = cls.backfill if mode.backfill is None else mode.backfill
    if not backfill >= 0:
        _fail(cls.__name__, f"{where}: backfill is {backfill}; give seconds, math.inf, or 0 for never")
    if backfill and cls.joined is Game.joined:
        _fail(cls.__name__, f"{where}: backfill without joined(); define what a new player finds")
    pace = pace_of(cls(), mode)
    if isinstance(pace, Ticks) and not 1 <= pace.rate <= 60:
        _fail(cls.__name__, f"{where}: Ticks takes 1 to 60 a second")
    if isinstance(pace, Turns) and pace.clock and (pace.clock.seconds <= 0 or pace.clock.increment < 0):
        _fail(cls.__name__, f"{where}: a clock needs seconds above 0 and an increment of at least 0")


def _check_settings(cls: type[Game[Any, Any]]) -> None:
    kind = cls.Settings
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)) or not kind.__struct_config__.frozen:
        _fail(cls.__name__, f"Settings is {kind!r}; write class Settings(msgspec.Struct, frozen=True)")
        return
    for field in cast(inspect.StructType, inspect.type_info(kind)).fields:
        where = f"Settings.{field.name}"
        if field.required:
            _fail(cls.__name__, f"{where} has no default; give it one, for matches that no room made")
        info = field.type
        bounded = isinstance(info, inspect.IntType) and info.ge is not None and info.le is not None
        if not bounded and not isinstance(info, inspect.BoolType | inspect.LiteralType):
            _fail(cls.__name__, f"{where} must be a bool, a Literal, or an int with msgspec.Meta(ge=, le=)")
    try:
        settings_of(cls(), {})
    except ValueError as error:
        _fail(cls.__name__, f"Settings: a default is not allowed by its own type: {error}")


def _check_durability(cls: type[Game[Any, Any]], where: str, given: Any) -> None:
    if given is not None and given not in get_args(Durability):
        _fail(cls.__name__, f"{where} is {given!r}; give 'log', 'none', or None for the server's setting")


def _check_struct(game: str, struct: type[Any], path: str, seen: set[type[Any]]) -> None:
    if struct in seen:
        return
    seen.add(struct)
    annotated = vars(struct).get("__annotations__", {})
    for name, value in vars(struct).items():
        plain = not name.startswith("_") and not callable(value) and not hasattr(value, "__get__")
        if plain and name not in struct.__struct_fields__ and name not in annotated:
            _fail(game, f"{path}.{name} is untyped; annotate it (a constant: ClassVar)")
    if getattr(struct, "__dictoffset__", 0):
        _fail(game, f"{path} keeps attributes that are no fields; leave out dict=True")
    for field in cast(inspect.StructType, inspect.type_info(struct)).fields:
        _check_type(game, field.type, f"{path}.{field.name}", seen)


def _check_type(game: str, info: inspect.Type, path: str, seen: set[type[Any]]) -> None:
    match info:
        case inspect.Metadata():
            _check_type(game, info.type, path, seen)
        case inspect.StructType():
            _check_struct(game, info.cls, path, seen)
        case inspect.UnionType():
            for option in info.types:
                _check_type(game, option, path, seen)
        case inspect.TupleType():
            for place, item in enumerate(info.item_types):
                _check_type(game, item, f"{path}[{place}]", seen)
        case inspect.ListType() | inspect.VarTupleType():
            _check_type(game, info.item_type, f"{path}[]", seen)
        case inspect.DictType():
            _check_key(game, info.key_type, path)
            _check_type(game, info.value_type, f"{path}[]", seen)
        case _ if isinstance(info, PLAIN):
            return
        case _:
            _fail(game, f"{path} {REMEDIES.get(type(info), OTHERWISE)}")


def _check_key(game: str, info: inspect.Type, path: str) -> None:
    inner = info.type if isinstance(info, inspect.Metadata) else info
    if not isinstance(inner, inspect.StrType | inspect.IntType | inspect.LiteralType | inspect.EnumType):
        _fail(
            game,
            f"{path} is a dict whose keys are neither str nor int; use a list of structs",
        )


def schema(game: Game[Any, Any], declared: Declared) -> dict[str, Any]:
    """JSON Schema of the game's `state`, `move`, `view` and `settings` ({}: not declared as a struct)."""
    kinds = {
        "state": declared.state_type,
        "move": declared.move_type,
        "view": declared.view_type,
        "settings": game.Settings,
    }
    return {what: msgspec.json.schema(kind) if kind else {} for what, kind in kinds.items()}
