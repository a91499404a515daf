"""The action for GitHub: its steps are run in a shell as a runner runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems import HERON, PANDA, ROOT, VERSION, command_folder, package, repository, shell_environment, wheel
from tests.command import make

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None, reason="the action needs bash")

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]
CLEAN = {"docs/panda.md": f"{PANDA}\n", "docs/heron.md": f"{HERON}\n"}
TWICE = {**CLEAN, "docs/copy.md": f"{PANDA}\n"}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a step left behind."""

    status: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """A runner of GitHub Actions, as far as the action needs one."""

    def __init__(self, folder: Path, action_folder: Path | None = None, **changes: str) -> None:
        """Takes an empty folder of its own."""
        self.folder = folder
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True)
        (folder / "temp").mkdir()
        self.action_folder = action_folder or ROOT
        self.outputs: dict[str, dict[str, str]] = {}
        self.changes = changes

    def run(self, step: dict[str, Any], **inputs: str) -> Ran:
        """Run a step with inputs (`_` for `-`); those that are not given have their defaults."""
        for name in ("output", "summary"):
            (self.folder / name).write_bytes(b"")
        script = self.folder / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(ACTION["inputs"])
        ended = subprocess.run(
            [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={**self._environment(), **{name: self._value(text, given) for name, text in step["env"].items()}},
            capture_output=True,
            check=False,
            timeout=600,
        )
        outputs = read_outputs((self.folder / "output").read_text(encoding="utf-8"))
        self.outputs[step["id"]] = outputs
        summary = (self.folder / "summary").read_text(encoding="utf-8")
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode(), outputs, summary)

    def _environment(self) -> dict[str, str]:
        known = {
            "GITHUB_OUTPUT": self.folder / "output",
            "GITHUB_STEP_SUMMARY": self.folder / "summary",
            "GITHUB_WORKSPACE": self.workspace,
            "GITHUB_ACTION_PATH": self.action_folder,
            "RUNNER_TEMP": self.folder / "temp",
        }
        env = shell_environment(command_folder(self.folder / "bin"), self.folder / "home", **self.changes)
        return {**env, "GITHUB_ACTIONS": "true", "CI": "true"} | {name: str(path) for name, path in known.items()}

    def _value(self, text: str, given: dict[str, str]) -> str:
        found = re.fullmatch(r"\$\{\{ (inputs|steps)\.(\S+) \}\}", text)
        assert found, f"the tests know no such expression: {text}"
        if found[1] == "inputs":
            value: str = given.get(found[2], ACTION["inputs"][found[2]]["default"])
            return value
        step, name = found[2].split(".outputs.")
        return self.outputs[step].get(name, "")


def read_outputs(text: str) -> dict[str, str]:
    """Outputs as a runner reads them: `name=value`; values of more lines, which the action has none of, are refused."""
    lines = text.splitlines()
    assert all(re.match(r"[a-z-]+=", line) for line in lines), lines
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with a Python in which `dedup` is, as the step before leaves it behind."""
    runner = Runner(tmp_path / "runner")
    runner.outputs["install"] = {"bin": str(command_folder(tmp_path / "runner/bin"))}
    return runner


def is_quiet(ran: Ran) -> bool:
    """Whether a runner finds no command in what was printed, nor the old kind, which may stand anywhere in a line."""
    lines = (ran.out + ran.err).splitlines()
    return not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


def test_no_expression_stands_in_a_script() -> None:
    """Inputs reach the shell through its environment: an expression in a script would be read as shell."""
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
        assert set(step) == {"name", "id", "shell", "env", "run"}, "no other action is used"


def test_every_input_and_output_is_connected() -> None:
    """Each input is read by a step, each output written by the step that it names."""
    read = {value for step in ACTION["runs"]["steps"] for value in step["env"].values()}
    assert {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]} <= read
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f"{name}=" in CHECK["run"]
    assert all(entry["description"] for entry in [*ACTION["inputs"].values(), *ACTION["outputs"].values()])


def test_the_manual_page_names_every_input_and_output() -> None:
    """What there is to set and to read is described."""
    manual = (ROOT / "docs/check.md").read_text(encoding="utf-8")
    section = manual.split("### GitHub Actions")[1].split("### ")[0]
    assert [name for name in [*ACTION["inputs"], *ACTION["outputs"]] if f"`{name}`" not in section] == []


@pytest.mark.parametrize("script", [INSTALL["run"], CHECK["run"]])
def test_the_scripts_run_in_the_oldest_bash(script: str) -> None:
    """The bash of macOS, 3.2, knows nothing newer than what is used. Every script is valid."""
    assert subprocess.run([str(BASH), "-n", "-c", script], check=False).returncode == 0
    assert not re.search(r"mapfile|readarray|declare -[An]|local -n|\$\{\w+(,,|\^\^|@)", script)


def test_a_corpus_without_copies_passes(runner: Runner) -> None:
    """Status 0, outputs that say so, a summary, and a report in SARIF."""
    make(runner.workspace, CLEAN)
    ran = runner.run(CHECK, paths="docs")
    assert ran.status == 0, ran.err
    assert ran.outputs == {
        "passed": "true",
        "duplicates": "0",
        "new": "",
        "duplicate-ratio": "0.0",
        "sarif-file": "dedup.sarif",
    }
    assert "passed" in ran.summary
    assert json.loads((runner.workspace / "dedup.sarif").read_bytes())["version"] == "2.1.0"


def test_a_copy_fails_with_an_annotation_at_its_line(runner: Runner) -> None:
    """Status 1; the finding stands at its file and line, in the summary, in the outputs, and in SARIF."""
    make(runner.workspace, TWICE)
    ran = runner.run(CHECK, paths="docs")
    assert ran.status == 1, ran.err
    assert (ran.outputs["passed"], ran.outputs["duplicates"], ran.outputs["new"]) == ("false", "1", "")
    assert 0.3 < float(ran.outputs["duplicate-ratio"]) < 0.4
    assert re.search(r"^::error file=docs/\w+\.md,line=1,", ran.out, re.MULTILINE), ran.out
    assert "docs/panda.md" in ran.summary
    [sarif_run] = json.loads((runner.workspace / "dedup.sarif").read_bytes())["runs"]
    assert len(sarif_run["results"]) == 1


def test_a_limit_that_allows_it_passes_with_the_true_number(runner: Runner) -> None:
    """`args` are options, one a line; outputs count what is allowed too."""
    make(runner.workspace, TWICE)
    ran = runner.run(CHECK, paths="docs\n", args="--max-duplicates=1\n--max-duplicate-ratio\n50%\n")
    assert ran.status == 0, ran.err
    assert (ran.outputs["passed"], ran.outputs["duplicates"]) == ("true", "1")


def test_exceeded_limits_are_told_with_status_0_too(runner: Runner) -> None:
    """With `--exit-zero` the step is green and `passed` says the truth."""
    make(runner.workspace, TWICE)
    ran = runner.run(CHECK, paths="docs", args="--exit-zero")
    assert (ran.status, ran.outputs["passed"]) == (0, "false")


def test_a_check_that_cannot_be_made_is_an_error(runner: Runner) -> None:
    """Status 2, `passed` is false, and no numbers are claimed."""
    ran = runner.run(CHECK, paths="missing")
    assert ran.status == 2
    assert ran.outputs == {"passed": "false"}
    assert "missing" in ran.err


def test_a_report_that_cannot_be_written_is_an_error(runner: Runner) -> None:
    """Status 2, and nothing is claimed, whatever the check found."""
    make(runner.workspace, {**CLEAN, "dedup.sarif/in-the-way": ""})
    ran = runner.run(CHECK, paths="docs")
    assert ran.status == 2
    assert ran.outputs == {"passed": "false"}
    assert "dedup.sarif" in ran.err


def test_only_what_a_branch_brings_is_reported(runner: Runner) -> None:
    """With `changed-since` copies that were there before are told apart from those of the branch."""
    env = shell_environment(runner.folder / "bin", runner.folder / "home")
    repository(runner.workspace, env, TWICE)
    assert runner.run(CHECK, paths="docs").status == 1
    assert runner.run(CHECK, paths="docs", changed_since="main", args="--allow-empty").status == 0
    (runner.workspace / "docs/more.md").write_text(f"{HERON}\n", encoding="utf-8")
    ran = runner.run(CHECK, paths="docs", changed_since="main")
    assert (ran.status, ran.outputs["duplicates"]) == (1, "1"), ran.err
    assert "docs/panda.md" not in ran.out


def test_a_baseline_tells_what_is_new(runner: Runner) -> None:
    """What the baseline knows passes; a further copy is one new duplicate."""
    make(runner.workspace, TWICE)
    assert runner.run(CHECK, paths="docs", baseline="known.jsonl", args="--update-baseline").status == 0
    ran = runner.run(CHECK, paths="docs", baseline="known.jsonl")
    assert (ran.status, ran.outputs["duplicates"], ran.outputs["new"]) == (0, "1", "0")
    (runner.workspace / "docs/third.md").write_text(f"{PANDA}\n", encoding="utf-8")
    ran = runner.run(CHECK, paths="docs", baseline="known.jsonl")
    assert (ran.status, ran.outputs["duplicates"], ran.outputs["new"]) == (1, "2", "1")


def test_reference_sets_and_a_configuration_are_taken(runner: Runner) -> None:
    """Every line of `against` is a set; `config` names a file by another name than the usual one."""
    files = {**CLEAN, "held out/1.txt": f"{PANDA}\n", "more/2.txt": f"{HERON}\n", "ci/check.toml": 'paths = ["docs"]\n'}
    make(runner.workspace, files)
    ran = runner.run(CHECK, config="ci/check.toml", against="held out\nmore\n", sarif_file="")
    assert ran.status == 1, ran.err
    assert ran.outputs["sarif-file"] == ""
    assert not list(runner.workspace.glob("*.sarif"))
    assert len(re.findall("^::error ", ran.out, re.MULTILINE)) == 2


def test_names_with_spaces_and_dashes_are_names(runner: Runner) -> None:
    """Paths stand one a line, may hold spaces and quotation marks, and are no options where they begin with a dash."""
    make(runner.workspace, {"my 'own' docs/a.md": PANDA, "--exit-zero/b.md": PANDA, 'c"$HOME`.md': HERON})
    ran = runner.run(CHECK, paths="my 'own' docs\r\n\n--exit-zero\n" + 'c"$HOME`.md')
    assert (ran.status, ran.outputs["duplicates"]) == (1, "1"), ran.err


HOSTILE = (
    "$(touch executed) `touch executed` \"; touch executed; \" '; touch executed; ' ${{ github.token }}",
    "x\ntouch executed\npassed=true",
    "--report=text=executed",
    "::error::forged ##[error]forged",
    "x\n::error file=forged::forged\r::stop-commands::forged",
    "é€😀 %0A::error::forged <img src=x onerror=alert(1)> # forged",
)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", ["paths", "config", "baseline", "against", "changed_since", "sarif_file"])
def test_hostile_inputs_execute_and_forge_nothing(runner: Runner, name: str, hostile: str) -> None:
    """Whatever an input holds is a name: nothing runs, nothing that is printed is a command, no output is forged."""
    make(runner.workspace, CLEAN)
    ran = runner.run(CHECK, **{"paths": "docs", name: hostile})
    assert not list(runner.folder.rglob("executed")), (ran.out, ran.err)
    assert is_quiet(ran), (ran.out, ran.err)
    assert "forged" not in ran.summary
    expected = "true" if ran.status == 0 else "false"
    assert ran.outputs.get("passed", "false") == expected
    assert ran.status == (0 if name == "sarif_file" and hostile.isprintable() else 2), (ran.out, ran.err)


def test_hostile_names_and_texts_in_the_corpus_forge_nothing(runner: Runner) -> None:
    """Files come from whoever opens a pull request: their names and texts stand in no command, output or heading."""
    forged = "::error::forged ##[error]forged\n::stop-commands::forged\npassed=true\n# forged\n<b>forged</b> "
    make(runner.workspace, {"docs/::error::x.md": forged + PANDA, "docs/##[error]x\n::warning::y.md": forged + PANDA})
    ran = runner.run(CHECK, paths="docs")
    assert (ran.status, ran.outputs["passed"]) == (1, "false"), ran.err
    commands = [line for line in (ran.out + ran.err).splitlines() if line.lstrip().startswith("::") or "##[" in line]
    assert len(commands) == int(ran.outputs["duplicates"])
    assert all(command.startswith("::error file=docs/") for command in commands), commands
    assert not re.search("^# forged|<b>", ran.summary, re.MULTILINE)


@pytest.mark.parametrize("name", ["version", "extras"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_installed_is_a_version_with_extras(tmp_path: Path, name: str, hostile: str) -> None:
    """Nothing else reaches pip: no option, no address, no second package."""
    ran = Runner(tmp_path / "runner").run(INSTALL, python="false", **{name: hostile})
    assert ran.status in (1, 2)
    assert ran.status == 2 or not re.search("[^0-9A-Za-z.,+_-]", hostile)
    assert ran.outputs == {}
    assert is_quiet(ran), ran.err


def test_the_package_of_the_action_itself_is_installed(tmp_path: Path) -> None:
    """Without a version what stands beside action.yml is installed into an environment of its own, and used."""
    runner = Runner(tmp_path / "runner", package(tmp_path / "an action"), PIP_NO_INDEX="1", PYTHONPATH="")
    installed = runner.run(INSTALL, python=sys.executable, extras="parquet")
    assert installed.status == 0, installed.err
    assert Path(installed.outputs["bin"]).is_relative_to(tmp_path / "runner/temp")
    make(runner.workspace, TWICE)
    ran = runner.run(CHECK, paths="docs")
    assert (ran.status, ran.outputs["duplicates"]) == (1, "1"), ran.err


def test_a_version_is_taken_from_the_index(tmp_path: Path) -> None:
    """With a version that one is installed, by its name, and not what stands beside action.yml."""
    links = wheel(tmp_path / "index").as_uri()
    alone = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": links, "PYTHONPATH": ""}
    runner = Runner(tmp_path / "runner", tmp_path / "nothing", **alone)
    installed = runner.run(INSTALL, python=sys.executable, version=VERSION)
    assert installed.status == 0, installed.err
    python = os.path.join(installed.outputs["bin"], "python")  # noqa: PTH118  # as the action's script does
    code = "import importlib.metadata as m; print(m.version('dedup-text'))"
    assert subprocess.check_output([python, "-c", code], text=True).strip() == VERSION


def test_an_auditor_finds_nothing_in_action_and_example() -> None:
    """The ways in which workflows go wrong are known to zizmor; it looks at these without a network."""
    auditor = Path(sys.executable).parent / "zizmor"
    files = [ROOT / "action.yml", ROOT / "examples/ci/.github/workflows/duplicates.yml"]
    command = [str(auditor), "--offline", "--no-progress", "--pedantic", "--no-config", "--strict-collection"]
    ended = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
