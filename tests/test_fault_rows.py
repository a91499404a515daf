"""Which tests hold which fault: the faults that a run over files has to stand, by their numbers, and where to look."""

from __future__ import annotations

import importlib

import pytest

_ROWS = (*range(1, 30), 32, 35, 36, 37, *range(43, 55))
_HELD: dict[int, tuple[str, tuple[str, ...]]] = {
    # number of the fault: (what it is, the tests that hold it)
    1: ("nothing to read", ("cli_faults.test_nothing_to_read", "checking.test_nothing_to_compare_is_an_error")),
    2: (
        "input missing, or no file",
        ("cli_faults.test_faults", "files.test_sources_that_cannot_be", "cli_check.test_every_way_to_fail"),
    ),
    3: (
        "line ends of every kind",
        (
            "cli_clean.test_unchanged_documents_are_written_byte_for_byte",
            "cli_restore.test_every_small_corpus_comes_back",
            "blocks.test_offsets_point_into_the_text",
        ),
    ),
    4: (
        "byte order marks and UTF-16",
        (
            "cli_encodings.test_any_encoding_there_and_back",
            "cli_encodings.test_wide_encodings_are_recognised",
            "cli_encodings.test_wide_encodings_on_the_command_line",
        ),
    ),
    5: (
        "one invalid byte",
        (
            "cli_odd_lines.test_one_invalid_byte_in_a_thousand_lines",
            "cli_encodings.test_bytes_that_are_not_of_the_encoding",
            "cli_encodings.test_bytes_on_the_command_line",
        ),
    ),
    6: (
        "lone surrogates",
        (
            "cli_restore.test_json_lines_come_back",
            "cli_odd_lines.test_odd_lines_are_cleaned",
            "formats.test_only_the_text_is_replaced",
        ),
    ),
    7: ("control characters", ("fault_texts.test_control_characters_are_text", "reports.test_printable_escapes")),
    8: (
        "line of 1 GB, paragraph of 100 MB",
        (
            "cli_odd_lines.test_memory_is_bounded_by_the_limit_of_a_record",
            "cli_odd_lines.test_a_line_that_goes_on_for_ever_is_no_document",
            "cli_compressed.test_records_that_are_too_large",
        ),
    ),
    9: ("JSON nested deeply", ("cli_odd_lines.test_lines_that_are_skipped",)),
    10: (
        "odd numbers and fields twice",
        (
            "cli_clean.test_unchanged_documents_are_written_byte_for_byte",
            "cli_faults.test_lines_that_cannot_be_read",
            "cli_odd_lines.test_odd_lines_are_cleaned",
            "cli_odd_lines.test_lines_that_are_skipped",
        ),
    ),
    11: (
        "no text field, or no text in it",
        (
            "cli_skips.test_the_wrong_field",
            "cli_skips.test_how_many_may_lack_the_field",
            "cli_skips.test_other_reasons_are_no_wrong_field",
        ),
    ),
    12: (
        "texts too short to compare",
        (
            "fault_texts.test_texts_too_short_for_a_shingle",
            "rules.test_documents_of_short_blocks_are_left_alone",
        ),
    ),
    13: ("other scripts", ("fault_texts.test_scripts", "kernels_tokenize.test_forms_of_the_same_text_are_equal")),
    14: ("compressed files cut off", ("cli_compressed.test_faults", "cli_compressed.test_salvage")),
    15: (
        "damage inside of compressed files",
        (
            "cli_compressed.test_faults",
            "cli_compressed.test_salvage_behind_damage",
            "cli_warc_damage.test_salvage",
        ),
    ),
    16: ("something behind gzip", ("cli_compressed.test_what_is_no_fault", "cli_compressed.test_faults")),
    17: (
        "bombs and large windows",
        (
            "cli_compressed.test_bombs_take_little_memory",
            "cli_compressed.test_faults",
            "cli_warc_damage.test_large_records_take_little_memory",
        ),
    ),
    18: ("header of 40 MB", ("cli_warc.test_a_header_without_an_end_is_refused_at_once",)),
    19: ("wrong Content-Length", ("cli_warc.test_broken_archives_are_refused",)),
    20: ("archive from a pipe", ("cli_warc.test_from_a_pipe", "cli_warc.test_broken_archive_from_a_pipe")),
    21: ("archive packed as a whole", ("cli_warc.test_archive_packed_as_a_whole",)),
    22: ("library that panics", ("cli_html.test_a_library_that_dies",)),
    23: ("hostile pages", ("cli_html.test_hostile_pages",)),
    24: ("wrong charset", ("cli_html.test_charsets",)),
    25: ("hostile WACZ", ("cli_html.test_wacz", "cli_html.test_bad_wacz")),
    26: ("Parquet with more than values", ("parquet.test_columns_that_are_refused", "parquet.test_damaged_files")),
    27: ("identical documents", ("fault_scale.test_identical_documents",)),
    28: (
        "texts forged to share a band",
        ("fault_scale.test_texts_forged_to_share_a_band", "fault_scale.test_full_buckets_are_told"),
    ),
    29: ("chains", ("fault_texts.test_a_chain_is_no_cluster", "rules.test_every_kept_copy_is_kept")),
    32: (
        "killed while writing",
        (
            "cli_resume.test_killed_at_any_time",
            "cli_resume.test_parts_of_a_killed_run",
            "files.test_parts_of_long_names",
        ),
    ),
    35: (
        "full disk",
        (
            "cli_faults.test_disk_that_fills_up",
            "cli_faults.test_full_disk_on_standard_output",
            "cli_faults.test_full_disk_under_the_temporary_file",
            "cli_faults.test_full_disk_under_the_texts_that_wait",
            "cli_tables.test_disk_that_fills_up",
            "cli_resume.test_disk_that_fills_up",
        ),
    ),
    36: ("signals", ("cli_faults.test_signals", "cli_resume.test_signals")),
    37: (
        "reader that goes away",
        ("cli_faults.test_reader_that_goes_away", "fault_options.test_readers_that_go_away"),
    ),
    43: (
        "markup",
        (
            "fault_texts.test_markup_and_commands_are_text",
            "reports_markdown.test_only_code_holds_text_of_inputs",
            "reports_sarif.test_names_are_no_links_and_no_placeholders",
        ),
    ),
    44: (
        "hostile names",
        (
            "fault_texts.test_names_of_every_kind",
            "fault_texts.test_the_longest_names",
            "fault_texts.test_a_name_that_is_too_long_for_an_output",
            "cli_faults.test_names_are_printed_escaped",
            "cli_check.test_every_format_of_one_run_is_golden",
            "cli_check.test_reports_of_nasty_files_are_valid",
            "reports_text.test_every_line_is_harmless",
            "reports_github.test_nasty_names_are_only_names",
            "reports_junit.test_texts_come_out_as_they_went_in",
        ),
    ),
    45: ("formulas", ("cli_tables.test_a_text_that_looks_like_a_formula_stays_one",)),
    46: (
        "report that cannot be written",
        (
            "fault_options.test_mistakes",
            "cli_faults.test_faults",
            "cli_check_options.test_reports_that_cannot_be_written",
            "cli_check.test_an_unwritable_report_keeps_no_other_from_being_written",
        ),
    ),
    47: (
        "many findings",
        (
            "fault_machine.test_many_findings_are_capped_on_the_terminal",
            "cli_check.test_a_hundred_thousand_findings",
        ),
    ),
    48: (
        "thresholds",
        (
            "cli_faults.test_faults",
            "fault_options.test_mistakes",
            "fault_options.test_thresholds_that_are_taken",
            "fault_options.test_percentages",
            "cli_check_options.test_limits_and_status",
        ),
    ),
    49: (
        "misspelt options",
        (
            "fault_options.test_mistakes",
            "cli_check_options.test_mistakes",
            "cli_check_options.test_mistakes_in_a_configuration",
        ),
    ),
    50: (
        "outputs that must not be",
        (
            "cli_faults.test_faults",
            "fault_options.test_outputs",
            "fault_options.test_outputs_that_are_loops",
            "fault_options.test_folders_with_loops_and_pipes_end",
            "fault_options.test_pipes_in_folders_are_counted",
            "files.test_what_is_refused",
            "files.test_input_that_changes_while_it_is_read",
            "finding.test_what_is_left_out_is_counted",
        ),
    ),
    51: (
        "baselines",
        (
            "baseline.test_verdicts_against_a_baseline",
            "baseline.test_what_is_no_baseline_is_refused",
            "baseline.test_damaged_entries_are_refused",
            "baseline.test_a_missing_baseline_is_refused",
            "baseline.test_other_settings_are_refused",
        ),
    ),
    52: ("worker killed", ("fault_machine.test_workers_that_are_killed",)),
    53: (
        "other machines",
        (
            "fault_machine.test_equal_bytes_on_every_machine",
            "fault_machine.test_names_in_every_locale",
            "cli_clean.test_equal_runs_give_equal_bytes",
        ),
    ),
    54: (
        "numbers beyond 32 bits",
        (
            "fault_machine.test_numbers_beyond_32_bits_in_the_index",
            "fault_machine.test_numbers_beyond_32_bits_in_places_and_reports",
        ),
    ),
}


def test_every_row_is_held() -> None:
    """Every fault has its tests."""
    assert sorted(_HELD) == sorted(_ROWS)


@pytest.mark.parametrize("row", _HELD)
def test_rows_are_held_by_tests_that_exist(row: int) -> None:
    """The tests that are said to hold a fault are there."""
    _, names = _HELD[row]
    for name in names:
        module, function = name.split(".")
        assert callable(getattr(importlib.import_module(f"tests.test_{module}"), function))
