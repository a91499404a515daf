"""Files in, findings and a verdict out: the work behind `dedup check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from dedup.banding import choose_banding
from dedup.baseline import Entry, baseline_lines, check_baseline, read_baseline
from dedup.changed_files import Unchanged
from dedup.check_corpus import CheckCorpus, overlaps
from dedup.check_inputs import EXPECTED, CheckInputs
from dedup.clusters import Cluster, Likeness, clusters_of, entries_of, keep_changed, mark_new
from dedup.copies import Pair
from dedup.errors import InputError
from dedup.finding import LeftOut
from dedup.findings import Checked, Finding, Limits, Totals
from dedup.gate import failures_of, with_levels
from dedup.ignoring import Ignored
from dedup.observing import Observer
from dedup.outputs import Outputs
from dedup.parallel import count_jobs
from dedup.reading import Reading
from dedup.reports.jsonl import shown_settings
from dedup.settings import Settings
from dedup.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What is checked, and against what.

    Attributes:
        paths: Files, folders and patterns, or `-` for standard input.
        root: The folder that names of files are relative to.
        limits: How much is allowed.
        against: The reference set, likewise; none if empty.
        ignore: Patterns of files that are not read (see `ignoring`).
        allow: Fingerprint of a text that may be repeated > the reason.
        markers: Whether markers in text files take parts of them out (see `markers`).
        allow_empty: Whether there may be nothing to compare.
        baseline: The file of what is known (see `baseline`).
        update_baseline: Whether it is written anew.
        changed_since: Git ref; only what touches files that changed since then is reported.
        own_files: What the check writes or reads besides; never read as inputs.
        looks_inside: Whether duplicates inside the corpus are looked for.
    """

    paths: Sequence[str]
    root: Path
    limits: Limits
    against: Sequence[str] = ()
    ignore: Sequence[str] = ()
    allow: Mapping[str, str] = field(default_factory=dict)
    markers: bool = True
    allow_empty: bool = False
    baseline: str | None = None
    update_baseline: bool = False
    changed_since: str | None = None
    own_files: Sequence[str] = ()
    looks_inside: bool = True


def check_files(
    checking: Checking, settings: Settings, reading: Reading, observer: Observer, *, jobs: int | None = None
) -> Checked:
    """Check files and folders as one corpus. Nothing is written but the baseline, if it is to be.

    Args:
        checking: What is checked.
        settings: How texts are compared.
        reading: How files are read.
        observer: Who looks on.
        jobs: Threads that work; None for as many as there are cores. The answers are the same.

    Raises:
        InputError: If an input cannot be read, there is nothing to compare, a marker has no other one, or the baseline
            is none.
        OutputError: If the baseline or a temporary file cannot be written.
        SettingsError: If a setting is out of range, the baseline was made with others, or git knows no such ref.
    """
    return _Check(checking, settings, reading, observer, count_jobs(jobs)).checked()


class _Check:
    def __init__(self, checking: Checking, settings: Settings, reading: Reading, observer: Observer, jobs: int) -> None:
        self._checking = checking
        self._settings = settings
        self._reading = reading
        self._observer = observer
        self._jobs = jobs
        self._shown = shown_settings(settings, choose_banding(settings))
        self._left_out: Counter[str] = Counter()
        ref = checking.changed_since
        self._unchanged = None if ref is None else Unchanged(ref, checking.root)
        self._changed: set[str] = set()  # names of files

    def checked(self) -> Checked:
        checking = self._checking
        known = self._known()
        with ExitStack() as opened:
            corpus, reference = self._read(opened)
            duplicates = corpus.duplicates(self._observer, self._jobs) if checking.looks_inside else []
            found = [] if reference is None else overlaps(corpus, reference, self._settings, self._jobs)
            likenesses = _likenesses([*found, *duplicates], corpus, corpus if reference is None else reference)
            clusters, allowed = self._clusters(likenesses)
            if checking.update_baseline and checking.baseline is not None:
                known = self._update(checking.baseline, clusters)
            return self._judged(clusters, known, allowed, corpus)

    def _known(self) -> dict[str, Entry] | None:
        """What the baseline holds, if there is one and it is to be looked at."""
        checking = self._checking
        if checking.baseline is None:
            return None
        if checking.update_baseline:
            check_baseline(checking.baseline)
            return None
        return read_baseline(checking.baseline, self._shown)

    def _read(self, opened: ExitStack) -> tuple[CheckCorpus, CheckCorpus | None]:
        checking, reading = self._checking, self._reading
        ignored = Ignored(checking.ignore)
        inputs = CheckInputs(
            checking.root,
            reading.opening,
            any_name=reading.input_format is not None,
            may_be_empty=checking.allow_empty,
            leave_out=self._leave_out,
        )
        reference_sources = inputs.reference(checking.against)
        own = [Path(path) for path in (*checking.own_files, checking.baseline) if path]
        sources = inputs.corpus(checking.paths, ignored, reference_sources, own)
        corpus = opened.enter_context(CheckCorpus(self._settings, reading, markers=checking.markers))
        self._fill(corpus, sources, checking.paths, "there is no text to compare in them")
        if not checking.against:
            return corpus, None
        reference = opened.enter_context(CheckCorpus(Settings(), reading, markers=False))
        self._fill(reference, reference_sources, checking.against, "there is no text to compare with in them")
        return corpus, reference

    def _fill(self, corpus: CheckCorpus, sources: Sequence[Source], given: Sequence[str], otherwise: str) -> None:
        """Read some files; without any text in them there would be no check."""
        self._changed.update(source.name for source in sources if self._has_changed(source))
        corpus.read(sources, self._observer, self._jobs)
        if not corpus.has_text and not self._checking.allow_empty:
            raise InputError(", ".join(given), f"{otherwise}; --allow-empty takes that for passed")

    def _has_changed(self, source: Source) -> bool:
        return self._unchanged is None or source.path is None or source.path not in self._unchanged

    def _leave_out(self, left: LeftOut) -> None:
        self._left_out[left.reason] += 1
        if left.reason not in EXPECTED:
            self._observer.skipped(left.name, left.detail)

    def _clusters(self, likenesses: Sequence[Likeness]) -> tuple[list[Cluster], int]:
        """Clusters of what is not allowed, and how much is."""
        reported = [each for each in likenesses if not any(text in self._checking.allow for text in each.fingerprints)]
        return clusters_of(reported), len(likenesses) - len(reported)

    def _update(self, path: str, clusters: Sequence[Cluster]) -> dict[str, Entry]:
        """Write the baseline anew."""
        entries = entries_of([cluster for cluster in clusters if cluster.rule == "duplicate"])
        with Outputs([], force=True) as outputs:
            with outputs.create(path) as lines:
                for line in baseline_lines(self._shown, entries):
                    lines.write(line)
            outputs.commit()
        return {entry.fingerprint: entry for entry in entries}

    def _judged(
        self, clusters: list[Cluster], known: Mapping[str, Entry] | None, allowed: int, corpus: CheckCorpus
    ) -> Checked:
        checking, changed = self._checking, self._changed
        gone = None
        if known is not None:
            gone = mark_new([cluster for cluster in clusters if cluster.rule == "duplicate"], known)
        unchanged = keep_changed(clusters, changed)
        findings = sorted((each for cluster in clusters for each in cluster.findings()), key=_order(corpus))
        files = {name: size for name, size in corpus.characters.items() if name in changed}
        duplicates = [finding for finding in findings if finding.rule == "duplicate"]
        totals = Totals(
            files=len(corpus.characters),
            documents=len(corpus),
            characters=sum(files.values()),
            duplicates=len(duplicates),
            duplicate_characters=_covered(duplicates),
            new=None if known is None else sum(bool(finding.is_new) for finding in duplicates),
            gone=gone,
            overlaps=len(findings) - len(duplicates),
            allowed=allowed,
            unchanged=unchanged,
            revisits=corpus.revisits,
            skipped=dict(corpus.skips.counts),
            left_out=dict(self._left_out),
        )
        return Checked(
            findings=with_levels(findings, totals, checking.limits),
            totals=totals,
            limits=checking.limits,
            failures=failures_of(totals, checking.limits),
            files=tuple(files),
            settings=self._settings,
            changed_since=checking.changed_since,
            looks_inside=checking.looks_inside,
        )


def _likenesses(pairs: Sequence[Pair], corpus: CheckCorpus, reference: CheckCorpus) -> list[Likeness]:
    """Pairs with what stands there."""
    own = [pair.duplicate for pair in pairs]
    own += [pair.canonical for pair in pairs if pair.rule == "duplicate"]
    of_corpus = corpus.copies(own)
    of_reference = reference.copies(pair.canonical for pair in pairs if pair.rule == "overlap")
    return [
        Likeness(
            pair,
            of_corpus[pair.duplicate],
            (of_reference if pair.rule == "overlap" else of_corpus)[pair.canonical],
        )
        for pair in pairs
    ]


def _order(corpus: CheckCorpus) -> Callable[[Finding], tuple[int, int, int, int]]:
    """What puts findings into the order of files and characters."""
    files = {name: number for number, name in enumerate(corpus.characters)}
    return lambda finding: (files[finding.at.file], finding.at.record or 0, finding.at.start, finding.at.end)


def _covered(findings: Sequence[Finding]) -> int:
    """Characters that are in one of some findings, which stand in order."""
    covered = 0
    place, end = None, 0
    for finding in findings:
        own = (finding.at.file, finding.at.record)
        end = end if own == place else 0
        covered += max(0, finding.at.end - max(finding.at.start, end))
        place, end = own, max(end, finding.at.end)
    return covered
