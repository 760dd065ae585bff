"""The patches of `delta.py` for declared types: code made once from the fields of `msgspec.Struct`s.

A value's `image` is its fields by position, cheap to take and untouched by what happens to the value later:
a tuple for a struct, a list for a list. Two images make the patch that the generic code makes of the
values' maps. What is not known by its declaration (unions with structs, dicts, enums) is kept in its image
as plain values and left to the generic code, and so is a whole value that is not as declared.
"""

from collections.abc import Callable
from operator import is_
from typing import Any, Final, get_origin

import msgspec
from msgspec import inspect

from protocol.delta import NEAR, SAME, WIDTH, by_position, inside, operand, shorter, summand

Node = Callable[[Any], Any]

_SCALARS: Final = (inspect.NoneType, inspect.BoolType, inspect.IntType, inspect.FloatType, inspect.StrType)


class Undeclared(Exception):
    """A value is not of its declared type."""


class Plain:
    """The image of a value that is not as declared."""

    __slots__ = ("tree",)

    def __init__(self, tree: Any) -> None:
        self.tree = tree


def plain(value: Any) -> Any:
    """The value as it is on the wire: maps, lists, text, numbers."""
    return msgspec.to_builtins(value, str_keys=True)


class Typed:
    """Images and patches of values of one type; None: of any."""

    def __init__(self, kind: Any) -> None:
        code = _Code()
        node = code.node(inspect.type_info(kind)) if kind is not None else None
        made = code.made()
        self._image: Node = plain if node is None else made[f"image_{node}"]
        self._tree: Node = _itself if node is None else made[f"tree_{node}"]
        self._change: Callable[[Any, Any], Any] = operand if node is None else made[f"change_{node}"]

    def image(self, value: Any) -> Any:
        """What it is now."""
        try:
            return self._image(value)
        except Undeclared:
            return Plain(plain(value))

    def tree(self, image: Any) -> Any:
        """The value of an image, as `plain` has it (tuples are lists)."""
        return image.tree if type(image) is Plain else self._tree(image)

    def change(self, old: Any, new: Any) -> Any:
        """Between two images: the operand of `delta.py`, or SAME."""
        if type(old) is Plain or type(new) is Plain:
            return operand(self.tree(old), self.tree(new))
        return self._change(old, new)


def _itself(value: Any) -> Any:
    return value


class _Code:
    """Python source: per struct or list type three functions, `image_n`, `tree_n` and `change_n`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._known: dict[Any, int] = {}
        self._leaves: dict[int, list[str]] = {}
        """Of structs whose fields are all scalars: the lines that compare two images `o` and `n`."""
        self._flats: set[int] = set()
        """Lists of scalars."""
        self._names: dict[str, Any] = {
            "SAME": SAME, "Undeclared": Undeclared, "as_tuple": msgspec.structs.astuple, "plain": plain,
            "by_position": by_position, "inside": inside, "is_": is_, "operand": operand,
            "shorter": shorter, "summand": summand,
        }  # fmt: skip

    def made(self) -> dict[str, Any]:
        """The functions by name."""
        exec("\n".join(self._lines), self._names)  # noqa: S102 - made of our own words and positions
        return self._names

    def node(self, info: inspect.Type) -> int | None:
        """The number of the functions for this type; None where it is left to the generic code."""
        match info:
            case inspect.Metadata():
                return self.node(info.type)
            case inspect.StructType() if _by_fields(info):
                return self._once(info.cls, lambda number: self._struct(number, info))
            case inspect.ListType() | inspect.VarTupleType():
                item = _bare(info.item_type)
                holds = list if isinstance(info, inspect.ListType) else tuple
                if _scalar(item):
                    return self._once((holds, None), lambda number: self._flat(number, holds))
                inner = self.node(item)
                if inner is not None and not isinstance(item, inspect.UnionType):  # None: a scalar's patch
                    return self._once((holds, inner), lambda number: self._list(number, holds, inner))
            case inspect.UnionType(types=(one, inspect.NoneType())):
                there = self.node(one)
                if there is not None:
                    return self._once(("optional", there), lambda number: self._optional(number, there))
        return None

    def _once(self, key: Any, write: Callable[[int], None]) -> int:
        if key not in self._known:
            number = self._known[key] = len(self._known)
            write(number)
        return self._known[key]

    def _kind(self, number: int, kind: type[Any]) -> str:
        """The line that lets only this type pass."""
        self._names[f"Kind{number}"] = kind
        return f" if type(v) is not Kind{number}: raise Undeclared"

    def _struct(self, number: int, info: inspect.StructType) -> None:
        fields = [(field, self._field(field.type)) for field in info.fields]
        self._names[f"keys{number}"] = tuple(field.encode_name for field in info.fields)
        images, trees = [], []
        for at, (field, (image, tree, _)) in enumerate(fields):
            images.append(image.format(f"v.{field.name}"))
            trees.append(tree.format(f"o{at}"))
        leaf = all(image == "{}" for _, (image, _, _) in fields)
        olds, news = (", ".join(f"{who}{at}" for at in range(len(fields))) for who in "on")
        made = f"({', '.join(images)},)"
        tree = f"[{', '.join(trees)}]"
        compare = [f" {olds}, = o", f" {news}, = n", " mask = 0"]
        for at, (_, (_, _, change)) in enumerate(fields):
            compare += [line.format(o=f"o{at}", n=f"n{at}", bit=1 << at) for line in change]
        head = [*_headed(len(fields)), *([" out = shorter(out, [*n])"] if info.array_like else [])]
        if leaf:
            self._leaves[number] = [*compare, " if mask:", *(f" {line}" for line in head)]
        self._lines += [
            f"def image_{number}(v):",
            self._kind(number, get_origin(info.cls) or info.cls),
            f" return {'as_tuple(v)' if leaf else made}",
            f"def tree_{number}(o):",
            f" {olds}, = o",
            f" return {tree if info.array_like else f'dict(zip(keys{number}, {tree}))'}",
            f"def change_{number}(o, n):",
            " out = [0]",
            *compare,
            " if not mask: return SAME",
            *head,
            " return out",
        ]

    def _field(self, info: inspect.Type) -> tuple[str, str, list[str]]:
        """How to take its image, its tree, and the lines that compare two images."""
        bare = _bare(info)
        node = self.node(bare)
        put = "mask |= {bit}; out.append(c)"
        if node is not None:
            lines = [f" c = change_{node}({{o}}, {{n}})", f" if c is not SAME: {put}"]
            return f"image_{node}({{}})", f"tree_{node}({{}})", lines
        lines = [" if {n} is not {o}:"]
        if _may_be_int(bare):
            lines += [
                "  if type({n}) is int is type({o}):",
                "   c = {n} - {o}",
                "   if c: mask |= {bit}; out.append(c if -32768 <= c < 65536 else summand(c, {n}))",
                f"  elif (c := operand({{o}}, {{n}})) is not SAME: {put}",
            ]
        else:
            lines += ["  c = operand({o}, {n})", f"  if c is not SAME: {put}"]
        return ("{}" if _scalar(bare) else "plain({})"), "{}", lines

    def _flat(self, number: int, holds: type[Any]) -> None:
        self._flats.add(number)
        self._lines += [
            f"def image_{number}(v):",
            self._kind(number, holds),
            " return [*v]",
            f"def tree_{number}(o):",
            " return o",
            f"def change_{number}(o, n):",
            " if len(o) == len(n) and all(map(is_, o, n)): return SAME",
            " return SAME if (c := inside(o, n)) is None else c",
        ]

    def _optional(self, number: int, there: int) -> None:
        """Something that may be None; the image of None is None."""
        self._lines += [
            f"def image_{number}(v):",
            f" return None if v is None else image_{there}(v)",
            f"def tree_{number}(o):",
            f" return None if o is None else tree_{there}(o)",
            f"def change_{number}(o, n):",
            " if o is n: return SAME",
            f" if o is None or n is None: return tree_{number}(n)",
            f" return change_{there}(o, n)",
        ]

    def _list(self, number: int, holds: type[Any], item: int) -> None:
        """Items that are leaves are looked at in place, without a call for each."""
        leaf = self._leaves.get(item)
        if item in self._flats:
            images = [f" return [image_{item}(i) for i in v]"]
            change = [
                "  if len(o) == len(n) and all(map(is_, o, n)): c = SAME",
                f"  else: c = change_{item}(o, n)",
                "  if c is not SAME:",
            ]
        elif leaf is None:
            images = [f" return [image_{item}(i) for i in v]"]
            change = [f"  c = change_{item}(o, n)", "  if c is not SAME:"]
        else:
            images = [
                " for i in v:",
                f"  if type(i) is not Kind{item}: raise Undeclared",
                " return [*map(as_tuple, v)]",
            ]
            change = ["  out = [0]", *(f" {line}" for line in leaf), "   c = out"]
        self._lines += [
            f"def image_{number}(v):",
            self._kind(number, holds),
            *images,
            f"def tree_{number}(o):",
            f" return [tree_{item}(i) for i in o]",
            f"def change_{number}(old, new):",
            " kept, length = len(old), len(new)",
            " patch = [None, length] if kept > length else []",
            " position = start = limit = 0",
            " for o, n in zip(old, new):",
            *change,
            *(f"  {line}" for line in _PUT),
            "  position += 1",
            " for position in range(kept, length):",
            f"  c = tree_{item}(new[position])",
            *(f" {line}" for line in _PUT),
            " return patch or SAME",
        ]


_PUT: Final = (
    " if position >= limit:",
    "  at = len(patch)",
    f"  if limit or position >= {NEAR}: start = position; at += 1; patch.append(-position - 1)",
    "  patch.append(0)",
    f"  limit = start + {WIDTH}",
    " patch[at] |= 1 << position - start",
    " patch.append(c)",
)
"""Puts the operand `c` of `position` into `patch`, as `by_position` does; `limit` 0: there is no mask yet."""


def _headed(fields: int) -> list[str]:
    """The lines that put the mask at the head of `out`, as `by_position` does."""
    if fields <= NEAR:
        return [" out[0] = mask"]
    near = (1 << NEAR) - 1
    lines = [
        f" if mask & {near}: out[0] = mask",
        " else: low = (mask & -mask).bit_length() - 1; out[:1] = (-low - 1, mask >> low)",
    ]
    if fields > WIDTH:
        lines = [
            " places = [at for at in range(mask.bit_length()) if mask >> at & 1]",
            " out = by_position([], list(zip(places, out[1:])))",
        ]
    return lines


def _bare(info: inspect.Type) -> inspect.Type:
    while isinstance(info, inspect.Metadata):
        info = info.type
    return info


def _scalar(info: inspect.Type) -> bool:
    if isinstance(info, inspect.UnionType):
        return all(_scalar(_bare(option)) for option in info.types)
    if isinstance(info, inspect.LiteralType):
        return True
    return isinstance(info, _SCALARS)


def _may_be_int(info: inspect.Type) -> bool:
    if isinstance(info, inspect.UnionType):
        return any(_may_be_int(_bare(option)) for option in info.types)
    return isinstance(info, inspect.IntType)


def _by_fields(info: inspect.StructType) -> bool:
    """Whether it is a map of always the same keys, none an index to JavaScript, or a list of scalars."""
    kind = get_origin(info.cls) or info.cls
    config = kind.__struct_config__
    if not info.fields or config.omit_defaults or config.tag is not None:
        return False
    if info.array_like and not all(_scalar(_bare(field.type)) for field in info.fields):
        return False
    for field, declared in zip(info.fields, msgspec.structs.fields(info.cls), strict=True):
        unset = msgspec.UnsetType in getattr(declared.type, "__args__", (declared.type,))
        if unset or declared.default is msgspec.UNSET or field.encode_name.isdecimal():
            return False
    return True
