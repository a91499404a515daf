"""What is kept: the index on every implementation, against its specification; rounds that are taken back."""

from __future__ import annotations

import sys
import tempfile
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup._kernels import reference
from dedup._kernels.recipe import LINE, PARAGRAPH, Recipe
from dedup.minhash import Permutations
from tests.kernels import IMPLEMENTATIONS, native, needs_native

per_implementation = pytest.mark.parametrize("kernels", IMPLEMENTATIONS)

# Few words, so that lines meet, nearly meet and share bands again and again.
words = st.sampled_from(["a", "b", "c", "die", "straße", "STRASSE", "internationalisation"])
lines = st.lists(words, min_size=1, max_size=12).map(" ".join)
documents = st.lists(st.lists(lines, max_size=5).map("\n".join), max_size=6)
shapes = st.sampled_from([(1, 1), (3, 1), (4, 2), (12, 5), (0, 1)])


def recipe(bands: int, rows: int, *, bucket_limit: int = 64, threshold: float = 0.5, ngram: int = 2) -> Recipe:
    """How to compare, small enough for examples that can be read."""
    permutations = Permutations.drawn(max(1, bands * rows), 1)
    return Recipe(
        ngram,
        bands,
        rows,
        2,
        bucket_limit,
        threshold,
        3,
        True,
        False,
        permutations.multipliers,
        permutations.increments,
    )


def passed(index: Any, texts: list[str], first_document: int = 0, *, is_committed: bool = True) -> list[object]:
    """Let texts through the index, keep what it stops at, and write down all it says."""
    said: list[object] = []
    batch = index.prepare(texts, LINE)
    for i in range(len(texts)):
        number = index.pass_through(batch, i, 0, first_document + i, 100)
        while number < batch.count(i):
            said.append((number, batch.block(i, number), index.matches(), index.is_by_digest))
            if index.is_by_digest:
                said.append((index.has_same_characters, index.find_similar(batch, i, number)))
            index.keep(batch, i, number, first_document + i, 100)
            number = index.pass_through(batch, i, number + 1, first_document + i, 100)
        said.append((index.kept(), len(index), index.oversized_buckets))
        if is_committed:
            index.commit()
    said.append([(index.entry(number), index.text(number)) for number in range(len(index))])
    return said


@needs_native
@settings(max_examples=300, deadline=None)
@given(
    before=documents,
    later=documents,
    shape=shapes,
    bucket_limit=st.integers(1, 3),
    threshold=st.sampled_from([0.3, 0.8, 1]),
)
def test_the_native_index_says_what_the_specification_says(
    before: list[str], later: list[str], shape: tuple[int, int], bucket_limit: int, threshold: float
) -> None:
    """Matches, similarities, kept blocks, full buckets and texts are the same, after taking back as before."""
    assert native is not None
    chosen = recipe(*shape, bucket_limit=bucket_limit, threshold=threshold)
    indexes = [native.Index(chosen), reference.Index(chosen)]
    for step in (
        lambda index: passed(index, before),
        lambda index: passed(index, later, 10, is_committed=False),
        lambda index: (index.roll_back(()), index.kept(), len(index), index.oversized_buckets)[1:],
        lambda index: passed(index, later, 20),
    ):
        first, second = map(step, indexes)
        assert first == second


@needs_native
@pytest.mark.skipif(sys.platform != "linux", reason="what is kept waits in files on Linux only")
@settings(max_examples=5, deadline=None)
@given(before=documents, later=documents)
def test_an_index_that_waits_in_files_says_the_same(before: list[str], later: list[str]) -> None:
    """No more than nothing may stay in memory: texts and tables are in files from where they are worth one."""
    assert native is not None
    limited, unlimited = native.Memory(tempfile.gettempdir(), 1), native.Memory(tempfile.gettempdir(), 0)
    index, in_memory = native.Index(recipe(4, 2), limited), native.Index(recipe(4, 2), unlimited)
    long = ["word " * 2_000_000 + "ende", "Wörter " * 100_000, "漢字 " * 100_000]
    many = ["\n".join(f"line {number * number} and number {number} of them" for number in range(20_000))]
    assert passed(index, many) == passed(in_memory, many)
    for texts, is_committed in ((before, True), (long, False), (later, True)):
        assert passed(index, texts, is_committed=is_committed) == passed(in_memory, texts, is_committed=is_committed)
        index.roll_back(())
        in_memory.roll_back(())


@needs_native
@pytest.mark.skipif(sys.platform != "linux", reason="what is kept waits in files on Linux only")
@settings(max_examples=20, deadline=None)
@given(before=documents, taken_back=documents, bucket_limit=st.integers(1, 3))
@example(before=[], taken_back=["a b c die straße\nb c a", "internationalisation a die b"], bucket_limit=3)
@example(before=["a b c die"], taken_back=["a b c die\na b c die straße"], bucket_limit=1)
def test_what_is_taken_back_beside_files_leaves_no_trace(
    before: list[str], taken_back: list[str], bucket_limit: int
) -> None:
    """Blocks taken back while tables wait in files stand for nothing: the same come again, in another order."""
    assert native is not None
    chosen = recipe(4, 2, bucket_limit=bucket_limit)
    limited, unlimited = native.Memory(tempfile.gettempdir(), 1), native.Memory(tempfile.gettempdir(), 0)
    index, in_memory = native.Index(chosen, limited), native.Index(chosen, unlimited)
    many = "\n".join(f"line {number * number} and number {number} of them" for number in range(6_000))
    again = ["one more line comes first", *reversed(taken_back), *taken_back]
    for one in (index, in_memory):
        passed(one, [many, *before])
    passed(index, taken_back, 10, is_committed=False)
    index.roll_back(())
    assert passed(index, again, 20) == passed(in_memory, again, 20)


@per_implementation
@settings(max_examples=50, deadline=None)
@given(before=documents, later=documents, shape=shapes, bucket_limit=st.integers(1, 3))
def test_an_index_goes_on_where_another_was_saved(
    kernels: ModuleType, before: list[str], later: list[str], shape: tuple[int, int], bucket_limit: int
) -> None:
    """What is read from a file says about later texts what the index that wrote it says."""
    chosen = recipe(*shape, bucket_limit=bucket_limit)._replace(min_span=4)
    saved, loaded = kernels.Index(chosen), kernels.Index(chosen)
    saved.register([text or "\ud800" for text in before], 3, range(1, len(before), 2))
    passed(saved, before)
    saved.roll_back([])
    for number, text in enumerate(before):
        saved.fingerprints.keep(text, number, [(0, len(text))])
    with tempfile.TemporaryFile() as file:
        saved.save(file.fileno())
        file.seek(0)
        loaded.load(file.fileno())
    assert loaded.registered == len(before)
    assert [loaded.owner(i) for i in range(len(before))] == [saved.owner(i) for i in range(len(before))]
    assert passed(loaded, later) == passed(saved, later)
    assert [loaded.fingerprints.find(text) for text in before] == [saved.fingerprints.find(text) for text in before]
    assert loaded.fingerprints.capped == saved.fingerprints.capped


@per_implementation
@pytest.mark.parametrize("damage", ["cut", "flipped", "long"])
def test_a_damaged_index_is_not_taken(kernels: ModuleType, damage: str) -> None:
    """A file that was cut off, or of which a byte changed, is an error, and no index."""
    saved = kernels.Index(recipe(4, 2))
    passed(saved, ["one two three four", "five six seven"])
    with tempfile.TemporaryFile() as file:
        saved.save(file.fileno())
        file.seek(0)
        data = bytearray(file.read())
    for place in range(0, len(data), 7):
        wrong = bytearray(data)
        if damage == "flipped":
            wrong[place] ^= 0x81
        with tempfile.TemporaryFile() as file:
            file.write(bytes({"cut": wrong[:place], "flipped": wrong, "long": b"\xff" * (place + 8)}[damage]))
            file.seek(0)
            with pytest.raises(ValueError, match="damaged"):
                kernels.Index(recipe(4, 2)).load(file.fileno())


@per_implementation
@settings(max_examples=100, deadline=None)
@given(before=documents, taken_back=documents, shape=shapes, bucket_limit=st.integers(1, 3))
def test_a_round_taken_back_leaves_no_trace(
    kernels: ModuleType, before: list[str], taken_back: list[str], shape: tuple[int, int], bucket_limit: int
) -> None:
    """After rolling back, the index says what one says that never saw the round."""
    index, untouched = (kernels.Index(recipe(*shape, bucket_limit=bucket_limit)) for _ in range(2))
    passed(index, before)
    passed(untouched, before)
    passed(index, taken_back, 10, is_committed=False)
    index.roll_back(())
    assert passed(index, [*taken_back, *before], 20) == passed(untouched, [*taken_back, *before], 20)


@per_implementation
def test_a_full_bucket_is_counted_once_and_names_its_first_entries(kernels: ModuleType) -> None:
    """A bucket holds as many entries as its limit says; more of the same are not stored, and counted as one bucket."""
    index = kernels.Index(recipe(1, 1, bucket_limit=2))
    batch = index.prepare([" ".join(["a b"] * (n + 2)) for n in range(5)], LINE)  # the same set of shingles
    for i in range(5):
        index.keep(batch, i, 0, i, 0)
    assert index.find_similar(batch, 4, 0) == [(0, 1.0), (1, 1.0)]
    assert index.oversized_buckets == 1


@per_implementation
def test_texts_pass_together_up_to_one_that_repeats_something(kernels: ModuleType) -> None:
    """`pass_texts` commits what is new and stops at the first text with a block that an entry stands for."""
    texts = ["a b c d\n\ne f g h", "i j k l", "m n o p\n\na b c d\n\nq r s t", "u v w x"]
    index = kernels.Index(recipe(4, 2))
    batch = index.prepare(texts, PARAGRAPH)
    assert index.pass_texts(batch, 0, 4, 0) == (2, 1)
    assert index.matches() == [(0, 1.0)]
    assert index.kept() == [(0, 7)]
    index.roll_back(())
    assert len(index) == 3
    index.commit()
    assert index.pass_texts(batch, 3, 4, 3)[0] == 4
    assert [index.entry(number)[0] for number in range(len(index))] == [0, 0, 1, 3]


@per_implementation
@settings(max_examples=100, deadline=None)
@given(texts=st.lists(lines, max_size=8))
def test_matching_keeps_what_repeats_nothing(kernels: ModuleType, texts: list[str]) -> None:
    """`match_texts` names for each text the best of those before it that were not matched themselves."""
    index = kernels.Index(recipe(12, 1, threshold=0.5))
    found = {
        text: (entry, similarity) for text, entry, similarity, _ in index.match_texts(index.prepare(texts, LINE), 0)
    }
    kept = [
        (i, set(zip(text.split(), text.split()[1:], strict=False))) for i, text in enumerate(texts) if i not in found
    ]
    for text, (entry, similarity) in found.items():
        document, _ = index.entry(entry)
        assert document < text
        assert document in dict(kept)
        assert similarity >= 0.5 or len(texts[text].split()) < 2


@per_implementation
def test_blocks_found_elsewhere_are_prepared_alike(kernels: ModuleType) -> None:
    """Spans that the splitter would give lead to the same answers as letting it split."""
    texts = ["a b c d\ne f g h", "", "a b c d"]
    spans = [[*kernels.split(text, LINE)] for text in texts]
    answers = []
    for is_split in (True, False):
        index = kernels.Index(recipe(4, 2))
        batch = index.prepare_spans(texts, spans) if is_split else index.prepare(texts, LINE)
        answers.append((index.pass_texts(batch, 0, 3, 0), index.matches(), batch.totals(0, 3)))
    assert answers[0] == answers[1] == ((2, 0), [(0, 1.0)], (3, 22))


@per_implementation
@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.text(max_size=80) | lines, max_size=4),
    ngram=st.integers(1, 4),
    num_perm=st.sampled_from([1, 7, 64, 65, 130]),
)
def test_signing_is_tokenizing_shingling_and_minhash_in_one(
    kernels: ModuleType, texts: list[str], ngram: int, num_perm: int
) -> None:
    """`sign` gives the values that the three steps give one after another."""
    permutations = Permutations.drawn(num_perm, 1)
    maps = permutations.multipliers, permutations.increments
    signed = kernels.sign(texts, ngram, *maps)
    assert (signed.shape, signed.dtype) == ((len(texts), num_perm), np.uint32)
    for text, signature in zip(texts, signed, strict=True):
        _, _, hashes, offsets, _, _ = kernels.tokenize(text, np.array([[0, len(text)]], np.int64))
        expected = kernels.minhash(*kernels.shingle(hashes, offsets, ngram), *maps)[0]
        assert signature.tolist() == expected.tolist()


@per_implementation
def test_a_frozen_index_knows_documents_until_others_come(kernels: ModuleType) -> None:
    """Whatever is compared with it, it holds the documents and blocks that it held, and is saved as it was."""
    index, loaded = kernels.Index(recipe(4, 2)), kernels.Index(recipe(4, 2))
    index.register(["a", "b"], 0)
    passed(index, ["a b c d", "e f g h"])
    index.freeze()
    loaded.freeze()
    for number in range(3):
        index.register([f"c{number}", "d"], 2 + 2 * number, [1])
        assert (index.registered, index.owner(1)) == (4, ("b", 1, False))
        assert [index.owner(i) for i in (2, 3)] == [(f"c{number}", 2 + 2 * number, False), ("d", 3 + 2 * number, True)]
        batch = index.prepare(["i j k l", "i j k l\na b c d"], LINE)
        assert index.pass_texts(batch, 0, 2, 2) == (1, 1)
        assert (index.matches(), index.kept(), len(index)) == ([(0, 1.0)], [(0, 7)], 2)
        index.commit()
    with tempfile.TemporaryFile() as file:
        index.save(file.fileno())
        file.seek(0)
        loaded.load(file.fileno())
    for _ in range(2):
        loaded.register(["e"], 8)
        assert (loaded.registered, loaded.owner(0), loaded.owner(2)) == (3, ("a", 0, False), ("e", 8, False))
