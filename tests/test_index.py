"""What is kept: proposals by digest and band, full buckets, and rounds that are taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.excerpts import Excerpt
from dedup.index import Entry, Index

ENTRY = Entry("a", 0, False, Excerpt.whole("text"))

adding = st.tuples(st.binary(min_size=1, max_size=1), st.lists(st.integers(0, 2), min_size=2, max_size=2))


@given(st.lists(adding, max_size=8), st.lists(adding, max_size=8), st.integers(1, 3))
def test_a_round_taken_back_leaves_no_trace(
    before: list[tuple[bytes, list[int]]], taken_back: list[tuple[bytes, list[int]]], bucket_limit: int
) -> None:
    """After rolling back, every look-up gives what it gave before, full buckets included."""
    expected, index = Index(2, bucket_limit), Index(2, bucket_limit)
    for digest, keys in before:
        expected.add(ENTRY, digest, keys)
        index.add(ENTRY, digest, keys)
    index.commit()
    for digest, keys in taken_back:
        index.add(ENTRY, digest, keys)
    index.roll_back()
    assert len(index) == len(expected)
    assert index.oversized_buckets == expected.oversized_buckets
    for digest, keys in [*before, *taken_back]:
        assert index.same_digest(digest) == expected.same_digest(digest)
        assert index.sharing_a_band(keys) == expected.sharing_a_band(keys)


def test_a_full_bucket_is_counted_once_and_names_its_first_entries() -> None:
    """A bucket holds as many entries as its limit says; more of the same are not stored, and counted as one bucket."""
    index = Index(1, 2)
    for number in range(5):
        index.add(ENTRY, bytes([number]), [7])
    assert index.sharing_a_band([7]) == [0, 1]
    assert index.oversized_buckets == 1


def test_full_buckets_and_several_rounds_go_together() -> None:
    """Hundreds of blocks that share a band, in a document that takes more than one round, come out kept."""
    shared = " ".join(f"shared{i}" for i in range(40))
    paragraphs = [f"{shared} " + " ".join(f"own{n}x{i}" for i in range(8)) for n in range(200)]
    head = "Alpha beta gamma delta epsilon zeta eta theta iota kappa."
    text = "\n\n".join([f"{head} {paragraphs[0]}", head, *paragraphs, f"{head} Something new stays here at the end."])
    cleaned = dedup.clean(text)
    assert cleaned.merges
    assert all(paragraph in cleaned.text for paragraph in paragraphs[1:])
    assert dedup.restore(cleaned) == text
    assert dedup.clean(cleaned.text).text == cleaned.text
