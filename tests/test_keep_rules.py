"""Keep rules: how they are written, and the order that they put documents into."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cmp_to_key

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import SettingsError
from dedup.keep_rules import KeepRule, parse_keep_rule
from dedup.ranking import Order, Ranking


def order_of(rule: str, documents: Sequence[tuple[int, object]]) -> Order:
    """The order of documents, given their lengths and values."""
    ranking = Ranking(parse_keep_rule(rule))
    for length, value in documents:
        ranking.add(length, value)
    return ranking.order()


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("first", KeepRule("first", "first")),
        ("last", KeepRule("last", "last")),
        ("longest", KeepRule("longest", "longest")),
        ("max:score", KeepRule("max:score", "max", "score")),
        ("min:a:b=c", KeepRule("min:a:b=c", "min", "a:b=c")),
        ("prefer:source=wikipedia", KeepRule("prefer:source=wikipedia", "prefer", "source", ("wikipedia",))),
        ("prefer:größe=ä b,c=d", KeepRule("prefer:größe=ä b,c=d", "prefer", "größe", ("ä b", "c=d"))),
    ],
)
def test_a_rule_is_read_as_it_is_written(written: str, rule: KeepRule) -> None:
    """A name, and after a colon the field; after an equals sign the values."""
    assert parse_keep_rule(written) == rule


@pytest.mark.parametrize(
    "written",
    ["", "First", "shortest", "last:score", "max", "max:", "min:", "prefer:", "prefer:source", "prefer:=a",
     "prefer:source=", "prefer:source=a,,b", "prefer:source=a,b,a", " last", None, 1, ("last",)],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_a_remedy(written: object) -> None:
    """The error names the setting and what was given, and says how rules are written."""
    with pytest.raises(SettingsError, match="prefer:FIELD=VALUE,VALUE") as refused:
        parse_keep_rule(written)
    assert refused.value.name == "keep"
    assert refused.value.value is written


@pytest.mark.parametrize(
    ("rule", "documents", "numbers", "ranks"),
    [
        ("first", [(1, None), (3, None), (2, None)], [0, 1, 2], [0, 0, 0]),
        ("last", [(1, None), (3, None), (2, None)], [2, 1, 0], [2, 1, 0]),
        ("longest", [(1, None), (3, None), (2, None), (3, None)], [1, 3, 2, 0], [2, 0, 1, 0]),
        ("max:x", [(0, 1), (0, 2.5), (0, -1), (0, 2.5)], [1, 3, 0, 2], [1, 0, 2, 0]),
        ("min:x", [(0, 1), (0, 2.5), (0, -1), (0, 1.0)], [2, 0, 3, 1], [1, 2, 0, 1]),
        ("min:x", [(0, "10"), (0, "9"), (0, "")], [2, 0, 1], [1, 2, 0]),
        ("max:x", [(0, None), (0, "z"), (0, 5), (0, [9]), (0, "y"), (0, 7)], [5, 2, 1, 4, 0, 3], [4, 2, 1, 4, 3, 0]),
        ("min:x", [(0, None), (0, "z"), (0, 5), (0, {}), (0, "y"), (0, 7)], [2, 5, 4, 1, 0, 3], [4, 3, 0, 4, 2, 1]),
        ("max:x", [(0, False), (0, True), (0, math.nan), (0, 0)], [1, 0, 3, 2], [1, 0, 2, 1]),
        ("max:x", [(0, 2**63), (0, 2**63 + 1), (0, math.inf), (0, 1e300)], [2, 3, 1, 0], [3, 2, 0, 1]),
        ("prefer:x=None,b", [(0, None), (0, "b"), (0, "None")], [2, 1, 0], [2, 1, 0]),
        ("prefer:x=b,a,1", [(0, 1), (0, "c"), (0, "a"), (0, "b"), (0, None)], [3, 2, 0, 1, 4], [2, 3, 1, 0, 3]),
    ],
)
def test_the_order_of_a_rule(
    rule: str, documents: list[tuple[int, object]], numbers: list[int], ranks: list[int]
) -> None:
    """The best first, ties in the order of the input; numbers, then strings, then what has no order."""
    order = order_of(rule, documents)
    assert list(order.numbers) == numbers
    assert list(order.ranks) == ranks


VALUES = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.sampled_from(("", "a", "b", "10", "9"))


def _compare(rule: str) -> cmp_to_key:  # type: ignore[valid-type]  # the standard library's own is untyped
    """A naive comparison of (number, length, value): which comes first."""

    def kind(value: object) -> int:
        return 2 if value is None else 1 if isinstance(value, str) else 0

    def compare(a: tuple[int, int, object], b: tuple[int, int, object]) -> int:
        if rule == "longest":
            return b[1] - a[1] or a[0] - b[0]
        if rule == "last":
            return b[0] - a[0]
        if kind(a[2]) != kind(b[2]):
            return kind(a[2]) - kind(b[2])
        if a[2] is None or a[2] == b[2]:
            return a[0] - b[0]
        smaller_first = -1 if a[2] < b[2] else 1  # type: ignore[operator]  # both are of one kind
        return smaller_first if rule.startswith("min") else -smaller_first

    return cmp_to_key(compare)


@given(st.sampled_from(("last", "longest", "max:x", "min:x")), st.lists(st.tuples(st.integers(0, 4), VALUES)))
def test_the_order_is_that_of_naive_comparisons(rule: str, documents: list[tuple[int, object]]) -> None:
    """Sorting by a comparison of two documents at a time gives the same order; ranks rise along it."""
    documents.append((0, 0))  # one at least has the field
    order = order_of(rule, documents)
    numbered = [(number, *document) for number, document in enumerate(documents)]
    assert list(order.numbers) == [document[0] for document in sorted(numbered, key=_compare(rule))]
    ranks = [order.ranks[number] for number in order.numbers]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("rule", ["max:score", "min:score", "prefer:score=1"])
def test_a_field_that_no_document_has_is_refused(rule: str) -> None:
    """A misspelt field is an error and not an order without a meaning; a corpus without documents has nothing amiss."""
    with pytest.raises(SettingsError, match=r"not one document has .* in the field 'score'"):
        order_of(rule, [(1, None), (2, [1]), (3, math.nan)])
    assert order_of(rule, []) == Order(array("q"), array("q"))


def test_a_list_none_of_whose_values_is_met_is_no_error() -> None:
    """Documents that have the field, with values that nobody asked for, tie."""
    assert list(order_of("prefer:source=a,b", [(1, "c"), (1, "d")]).ranks) == [0, 0]
