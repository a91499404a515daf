"""Pairs of texts that are alike > clusters of copies > findings: which copy is new, which is in a changed file."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dedup.baseline import Entry
from dedup.copies import Copy, Pair
from dedup.findings import Finding, Rule

Key = tuple[str, str, int | None, int, str]
"""What tells a copy apart: its file, document and record, where it begins, and what it says."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two copies of a text.

    Attributes:
        pair: What is known of them.
        duplicate: The one that would go.
        canonical: The one that would stay.
        is_turned: Whether the one to look at is the one that would stay.
        is_new: Whether the baseline does not know it; None without a baseline.
    """

    pair: Pair
    duplicate: Copy
    canonical: Copy
    is_turned: bool = False
    is_new: bool | None = None

    @property
    def at(self) -> Copy:
        """The copy to look at."""
        return self.canonical if self.is_turned else self.duplicate

    @property
    def other(self) -> Copy:
        """The other one."""
        return self.duplicate if self.is_turned else self.canonical

    @property
    def turned(self) -> Likeness:
        """The same, looked at from the other side."""
        return replace(self, is_turned=not self.is_turned)

    @property
    def fingerprints(self) -> tuple[str, str]:
        """Of both texts."""
        return self.duplicate.fingerprint, self.canonical.fingerprint


@dataclass(slots=True)
class Cluster:
    """All copies of a text, near ones included.

    Attributes:
        rule: Which rule they break.
        fingerprint: Of the text that would stay.
        copies: In order, that one first.
        likenesses: The others, each with the one that would stay for it.
    """

    rule: Rule
    fingerprint: str
    copies: dict[Key, Copy] = field(default_factory=dict)
    likenesses: list[Likeness] = field(default_factory=list)

    def findings(self) -> Iterable[Finding]:
        """What there is to say about the copies."""
        numbers = {key: number for number, key in enumerate(self.copies, 1)}
        for likeness in self.likenesses:
            yield _finding(likeness, self.fingerprint, numbers[key_of(likeness.at)], len(numbers))


def key_of(copy: Copy) -> Key:
    """What tells a copy apart."""
    return copy.at.file, copy.at.document, copy.at.record, copy.first, copy.fingerprint


def clusters_of(likenesses: Iterable[Likeness]) -> list[Cluster]:
    """Clusters, in the order of their first likenesses."""
    found: dict[tuple[str, str], Cluster] = {}
    for likeness in likenesses:
        rule, fingerprint = likeness.pair.rule, likeness.canonical.fingerprint
        cluster = found.setdefault((rule, fingerprint), Cluster(rule, fingerprint))
        cluster.copies.setdefault(key_of(likeness.canonical), likeness.canonical)
        cluster.likenesses.append(likeness)
    for cluster in found.values():
        cluster.copies.update((key_of(likeness.duplicate), likeness.duplicate) for likeness in cluster.likenesses)
    return list(found.values())


def entries_of(clusters: Sequence[Cluster]) -> list[Entry]:
    """The baseline that knows all of these."""
    held = _by_text(clusters)
    cluster_of: dict[str, str] = {}
    for cluster in clusters:
        for copy in cluster.copies.values():
            cluster_of.setdefault(copy.fingerprint, cluster.fingerprint)
    return [
        Entry.of(fingerprint, len(own), cluster_of[fingerprint], (copy.at.document for copy in own.values()))
        for fingerprint, own in held.items()
    ]


def mark_new(clusters: Sequence[Cluster], entries: Mapping[str, Entry]) -> int:
    """Tell known copies from new ones: every likeness says whether it is new, and is looked at from its new side.

    Returns how many copies the baseline has that are gone.

    So many copies of a text are known as the baseline has of it. Of those that are left over in a cluster, so many more
    are known as the baseline has of its texts and are gone: they were edited. Which copies of a cluster are the new
    ones, nobody can know: those in documents that the baseline does not name, then those that say something else than
    what it has, then the last ones.
    """
    new, gone = _unknown(clusters, entries)
    for cluster in clusters:
        turned: set[Key] = set()
        for i, likeness in enumerate(cluster.likenesses):
            is_new = key_of(likeness.duplicate) in new
            canonical = key_of(likeness.canonical)
            is_turned = not is_new and canonical in new and canonical not in turned
            if is_turned:
                turned.add(canonical)
            cluster.likenesses[i] = replace(likeness, is_new=is_new or is_turned, is_turned=is_turned)
    return gone


def keep_changed(clusters: Sequence[Cluster], files: Container[str]) -> int:
    """Leave only likenesses in some files, looked at from there; returns how many others there were."""
    dropped = 0
    for cluster in clusters:
        kept = [likeness for likeness in cluster.likenesses if likeness.at.at.file in files]
        seen = {key_of(likeness.at) for likeness in kept}
        for likeness in cluster.likenesses:
            if likeness.at.at.file in files:
                continue
            turned = likeness if likeness.pair.rule == "overlap" else likeness.turned
            if likeness.other.at.file in files and key_of(turned.at) not in seen:
                seen.add(key_of(turned.at))
                kept.append(turned)
            else:
                dropped += 1
        cluster.likenesses = kept
    return dropped


def _unknown(clusters: Sequence[Cluster], entries: Mapping[str, Entry]) -> tuple[set[Key], int]:
    """The copies that a baseline does not account for, and how many it has that are gone."""
    held = _by_text(clusters)
    known = {text: entries[text].copies if text in entries else 0 for text in held}
    surplus = {key for text, own in held.items() for key in [*own][known[text] :]}
    of_cluster: dict[str, list[Entry]] = {}
    for entry in entries.values():
        of_cluster.setdefault(entry.of_cluster, []).append(entry)
    gone = {text: max(0, entry.copies - len(held.get(text, ()))) for text, entry in entries.items()}
    found: set[Key] = set()
    for cluster in clusters:
        more = sum(key in surplus for key in cluster.copies)
        if not more:
            continue  # many clusters may have been one, and each would go through all of that
        texts = {copy.fingerprint for copy in cluster.copies.values()}
        touched = sorted({entries[text].of_cluster for text in texts if text in entries})
        before = [entry for name in touched for entry in of_cluster[name]]
        for entry in before:
            edited = min(more, gone[entry.fingerprint])
            gone[entry.fingerprint] -= edited
            more -= edited
        found.update(_least_known(cluster, before)[:more])
    return found, sum(gone.values())


def _by_text(clusters: Sequence[Cluster]) -> dict[str, dict[Key, Copy]]:
    """All copies, by fingerprint."""
    held: dict[str, dict[Key, Copy]] = {}
    for cluster in clusters:
        for key, copy in cluster.copies.items():
            held.setdefault(copy.fingerprint, {})[key] = copy
    return held


def _least_known(cluster: Cluster, before: Sequence[Entry]) -> list[Key]:
    """The copies of a text, those first that are likeliest to be new to a baseline which had these of it."""
    documents = {document for entry in before for document in entry.documents}
    texts = {entry.fingerprint for entry in before}
    later_first = reversed(cluster.copies.items())
    told = [(copy.at.document in documents, copy.fingerprint in texts, key) for key, copy in later_first]
    return [key for _, _, key in sorted(told, key=lambda each: each[:2])]


def _finding(likeness: Likeness, fingerprint: str, copy: int, copies: int) -> Finding:
    pair = likeness.pair
    return Finding(
        rule=pair.rule,
        level="error",  # the gate decides
        at=likeness.at.at,
        other=likeness.other.at,
        is_canonical=likeness.is_turned,
        kind=pair.kind,
        similarity=pair.similarity,
        containment=pair.containment,
        novel=pair.novel,
        tokens=likeness.duplicate.tokens,
        fingerprint=fingerprint,
        copy=copy,
        copies=copies,
        is_new=likeness.is_new,
        excerpt=likeness.at.excerpt,
    )
