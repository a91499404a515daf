"""Settings are checked when they are built."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields

import pytest

from dedup.banding import choose_banding
from dedup.errors import DedupError, SettingsError
from dedup.settings import Settings, Unit

BAD = [
    *[("unit", value) for value in ("page", "", None, "Paragraph", 1)],
    *[("scope", value) for value in ("world", "", None)],
    *[("cut", value) for value in ("letter", "", None)],
    *[("keep", value) for value in ("shortest", "max:", "prefer:source=", "", None, 1)],
    *[("novel", value) for value in ("maybe", "", True)],
    *[("threshold", value) for value in (0, -0.1, 1.0001, 80, math.nan, math.inf, "0.8", None)],
    *[("miss_probability", value) for value in (0, 1, -0.5, 1.0, 2, math.nan, "0.01", None)],
    *[(name, value) for name in ("ngram", "num_perm") for value in (0, -1, 1.5, 3.0, "3", True)],
    *[(name, value) for name in ("bucket_limit", "min_tokens") for value in (0, -1, 2.0, "6", True, None)],
    *[("max_edit", value) for value in (-1, 0.5, "3", False, None)],
    *[("seed", value) for value in (-1, 2**32, 1.0, "1", True, None)],
    *[("language", value) for value in ("", "en-US", "日本", 7, None, "e n")],
]


def test_the_defaults_are_valid() -> None:
    """Settings can be built without a word."""
    assert Settings() == Settings(unit="paragraph", scope="corpus", threshold=0.8, seed=1)
    assert Settings() != Settings(seed=2)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_is_named(name: str, value: object) -> None:
    """A value out of range raises SettingsError whose attributes and message name setting and value."""
    with pytest.raises(SettingsError) as refused:
        Settings().changed({name: value})
    assert refused.value.name == name
    assert refused.value.value is value
    assert refused.value.remedy
    assert str(refused.value).startswith(f"{name}={value!r}: ")


@pytest.mark.parametrize(("name", "other"), [("bands", "rows"), ("rows", "bands")])
@pytest.mark.parametrize("value", [0, -1, 1.5, "3", True])
def test_a_bad_shape_is_named(name: str, other: str, value: object) -> None:
    """A number of bands or rows that is not a whole number from 1 is refused by name."""
    with pytest.raises(SettingsError) as refused:
        Settings().changed({name: value, other: 4})
    assert refused.value.name == name


@pytest.mark.parametrize(("given_one", "missing"), [({"bands": 4}, "rows"), ({"rows": 4}, "bands")])
def test_bands_and_rows_go_together(given_one: dict[str, object], missing: str) -> None:
    """One of bands and rows without the other raises SettingsError that names the missing one."""
    with pytest.raises(SettingsError, match="together") as refused:
        Settings().changed(given_one)
    assert refused.value.name == missing


def test_bands_must_fit_into_the_permutations() -> None:
    """More rows than permutations are refused, exactly as many are taken."""
    with pytest.raises(SettingsError, match="need 21 permutations") as refused:
        Settings(bands=7, rows=3, num_perm=20)
    assert refused.value.name == "num_perm"
    assert Settings(bands=7, rows=3, num_perm=21).num_perm == 21


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("threshold", 1),
        ("threshold", 1.0),
        ("threshold", 1e-9),
        ("miss_probability", 0.999),
        ("ngram", 1),
        ("num_perm", 1),
        ("bucket_limit", 1),
        ("min_tokens", 1),
        ("max_edit", 0),
        ("seed", 0),
        ("seed", 2**32 - 1),
        ("language", "de"),
        ("novel", None),
        ("keep", "max:x"),
    ],
)
def test_the_ends_of_the_ranges_are_allowed(name: str, value: object) -> None:
    """The least and greatest values of each range are taken as they are."""
    assert getattr(Settings().changed({name: value}), name) == value


def test_an_unknown_name_is_refused() -> None:
    """A name that is no setting raises SettingsError that lists those there are."""
    with pytest.raises(SettingsError, match="there are unit, scope, threshold") as refused:
        Settings().changed({"treshold": 0.9})
    assert refused.value.name == "treshold"


def test_a_settings_error_is_a_value_error_of_the_library() -> None:
    """It can be caught as DedupError and as ValueError."""
    assert issubclass(SettingsError, DedupError)
    assert issubclass(SettingsError, ValueError)


def test_settings_cannot_be_changed_in_place() -> None:
    """Changing makes a copy; the old object stays as it was."""
    settings = Settings()
    changed = settings.changed({"threshold": 0.9, "unit": "line"})
    assert (settings.threshold, changed.threshold, changed.unit) == (0.8, 0.9, "line")
    for setting in fields(settings):
        with pytest.raises(FrozenInstanceError):
            setattr(settings, setting.name, None)
    assert hash(settings) == hash(Settings())


@pytest.mark.parametrize(("unit", "ngram"), [("document", 5), ("paragraph", 2), ("sentence", 2), ("line", 2)])
def test_the_shingle_length_depends_on_the_unit(unit: Unit, ngram: int) -> None:
    """Whole documents have longer shingles, unless a length is given."""
    assert Settings(unit=unit).shingle_length == ngram
    assert Settings(unit=unit, ngram=7).shingle_length == 7


@pytest.mark.parametrize(
    ("unit", "keeps"), [("document", False), ("paragraph", True), ("sentence", True), ("line", True)]
)
def test_what_is_novel_is_kept_below_document_level(unit: Unit, keeps: bool) -> None:
    """Whole documents go whole; of smaller blocks novel text stays, unless the setting says otherwise."""
    assert Settings(unit=unit).keeps_novel is keeps
    assert Settings(unit=unit, novel="keep").keeps_novel
    assert not Settings(unit=unit, novel="drop").keeps_novel


def test_every_setting_is_documented() -> None:
    """The docstring explains each field."""
    described = [line.strip().partition(":")[0] for line in (Settings.__doc__ or "").splitlines()]
    assert [setting.name for setting in fields(Settings) if setting.name not in described] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1e-300},
        {"threshold": 1e-9},
        {"num_perm": 2},
        {"ngram": 1001},
        {"num_perm": 4097},
        {"bands": 4097, "rows": 1},
    ],
    ids=str,
)
def test_what_no_signature_can_do_is_refused(changes: dict[str, object]) -> None:
    """A threshold that needs too long a signature, or a signature too long or too short, is one clear error."""
    with pytest.raises(SettingsError):
        choose_banding(Settings().changed(changes))
