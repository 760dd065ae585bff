"""Values of the wire at random, and values a few changes away."""

from typing import Any

from hypothesis import strategies as st

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(-300, 300),
    st.sampled_from([0, 1, -1, 0.0, -0.0, 1.0, "", "0"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
keys = st.one_of(st.sampled_from(["a", "b", "c", "d", "0", "1", "10"]), st.text(max_size=4))
values = st.recursive(
    leaves,
    lambda inside: st.one_of(
        st.lists(inside, max_size=6), st.lists(leaves, max_size=60), st.dictionaries(keys, inside, max_size=6)
    ),
    max_leaves=30,
)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """A value a few steps away, as a game's would be."""
    if isinstance(value, list) and value:
        value = list(value)
        at = draw(st.integers(0, len(value) - 1))
        what = draw(st.sampled_from(["inside", "insert", "delete", "append", "cut"]))
        if what == "inside":
            value[at] = draw(changed(value[at]))
        elif what == "insert":
            value.insert(at, draw(leaves))
        elif what == "append":
            value.append(draw(values))
        else:
            del value[at : at + 1 if what == "delete" else None]
        return value
    if isinstance(value, dict) and value:
        items = list(value.items())
        at = draw(st.integers(0, len(items) - 1))
        what = draw(st.sampled_from(["inside", "insert", "delete", "shuffle"]))
        if what == "inside":
            items[at] = (items[at][0], draw(changed(items[at][1])))
        elif what == "insert":
            items.insert(at, (draw(keys), draw(values)))
        elif what == "delete":
            del items[at]
        else:
            items = draw(st.permutations(items))
        return dict(items)
    return draw(values)


@st.composite
def near(draw: st.DrawFn) -> tuple[Any, Any]:
    old = draw(values)
    new = old
    for _ in range(draw(st.integers(0, 4))):
        new = draw(changed(new))
    return old, new


pairs = st.one_of(near(), st.tuples(values, values))
"""(old, new)."""


@st.composite
def _near_list(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    items = st.one_of(leaves, st.integers(-9, 9), st.lists(leaves, max_size=2))
    old = draw(st.lists(items, max_size=40))
    new = [draw(items) if draw(st.booleans()) else item for item in old]
    return old, draw(st.sampled_from([new, new[:-1], [*new, *draw(st.lists(items, max_size=3))]]))


near_lists = _near_list()
"""(old, new), two lists of which many items are the same."""
