"""The template for GitLab: its script is run in a shell as a GitLab runner does, its artifacts are there and valid."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci_systems import HERON, PANDA, ROOT, command_folder, package, repository, shell_environment
from tests.command import make

TEMPLATE = (ROOT / "templates/dedup-check/template.yml").read_text(encoding="utf-8")
SPEC: dict[str, Any] = next(yaml.safe_load_all(TEMPLATE))["spec"]["inputs"]
TWICE = {"docs/panda.md": f"{PANDA}\n", "docs/copy.md": f"{PANDA}\n"}
SHELLS = [shell for shell in ("bash", "sh") if shutil.which(shell)]

pytestmark = pytest.mark.skipif(not SHELLS, reason="a runner needs a shell")


def job(**inputs: object) -> dict[str, Any]:
    """The job as GitLab makes it: inputs (`_` for `-`) are put into the text, strings as they are, others as JSON."""
    values = {name: entry["default"] for name, entry in SPEC.items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(values) == set(SPEC)

    def interpolated(match: re.Match[str]) -> str:
        value = values[match[1]]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    text = re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", interpolated, TEMPLATE.split("\n---\n", 1)[1])
    jobs = yaml.safe_load(text)
    assert list(jobs) == [values["job-name"]]
    made = jobs[values["job-name"]]
    assert isinstance(made, dict)
    return made


def run_job(folder: Path, made: dict[str, Any], shell: str = SHELLS[0]) -> subprocess.CompletedProcess[str]:
    """Run the script of a job in a checkout, every line in the same shell, up to the first that fails."""
    variables = {name: text if isinstance(text, str) else text["value"] for name, text in made["variables"].items()}
    env = shell_environment(command_folder(folder / "../bin"), folder / "../home", PIP_NO_INDEX="1")
    script = "\n".join(["set -e", *made["script"]])
    return subprocess.run(
        [shell], input=script, cwd=folder, env={**env, **variables}, capture_output=True, text=True, check=False
    )


def installed(made: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A job without the first lines of its script, as if they had made an environment with the command in it."""
    command_folder(folder / "bin")
    *install, check = made["script"]
    assert [" install " in line for line in install] == [False, False, True]
    return {**made, "script": [f'environment="{folder}"', check]}


def quality(folder: Path, made: dict[str, Any]) -> list[dict[str, Any]]:
    """The code quality report that the job names as an artifact."""
    issues = json.loads((folder / made["artifacts"]["reports"]["codequality"]).read_bytes())
    assert isinstance(issues, list)
    return issues


@pytest.mark.parametrize("shell", SHELLS)
def test_a_copy_fails_and_the_artifacts_are_there(tmp_path: Path, shell: str) -> None:
    """The job ends with the status of the check; both reports are where GitLab is told to look for them."""
    folder = make(tmp_path / "checkout", TWICE)
    made = job(package=str(package(tmp_path / "package")), paths=["docs"])
    ended = run_job(folder, made, shell)
    assert ended.returncode == 1, ended.stderr
    assert "exact copy of docs/" in ended.stdout
    [issue] = quality(folder, made)
    assert issue["location"]["path"] in TWICE
    assert issue["location"]["lines"]["begin"] == 1
    suites = ET.parse(folder / made["artifacts"]["reports"]["junit"]).getroot()
    assert len(list(suites.iter("failure"))) == 1
    assert made["artifacts"]["when"] == "always"


def test_a_corpus_without_copies_passes_by_its_configuration(tmp_path: Path) -> None:
    """Without inputs the configuration of the repository says what is read; the reports are there and empty."""
    files = {"docs/panda.md": PANDA, "docs/heron.md": HERON, "dedup.toml": 'paths = ["docs"]\n'}
    folder = make(tmp_path / "checkout", files)
    made = installed(job(), tmp_path / "environment")
    ended = run_job(folder, made)
    assert ended.returncode == 0, ended.stderr
    assert quality(folder, made) == []


def test_a_check_that_cannot_be_made_fails(tmp_path: Path) -> None:
    """Status 2 is the job's."""
    made = installed(job(paths=["missing"]), tmp_path / "environment")
    assert run_job(make(tmp_path / "checkout", {}), made).returncode == 2


def test_every_input_reaches_the_command(tmp_path: Path) -> None:
    """Options, several reference sets and odd names arrive as they were given."""
    odd = 'it\'s a "name" with $HOME'
    files = {f"{odd}/1.md": PANDA, "-x/2.md": HERON, "held out/1.txt": PANDA, "more/2.txt": HERON, "a.toml": ""}
    folder = make(tmp_path / "checkout", files)
    env = shell_environment(tmp_path / "bin", tmp_path / "home")
    repository(folder, env)
    (folder / "-x/2.md").write_text(f"{HERON}\n\n{PANDA}\n", encoding="utf-8")
    made = job(
        paths=[odd, "-x"],
        against=["held out", "more"],
        config="a.toml",
        changed_since="main",
        args=["--max-duplicates=9"],
        job_name="texts",
        stage="check",
        image="python:3.14",
    )
    assert (made["stage"], made["image"]) == ("check", "python:3.14")
    ended = run_job(folder, installed(made, tmp_path / "environment"))
    assert ended.returncode == 1, ended.stderr
    assert {issue["location"]["path"] for issue in quality(folder, made)} == {"-x/2.md"}


@pytest.mark.parametrize("hostile", ["$(touch executed)", "`touch executed`", "\"; touch executed; '", "-rf", "# x: y"])
@pytest.mark.parametrize("name", ["config", "baseline", "changed-since", "paths", "against", "package"])
def test_hostile_inputs_execute_nothing(tmp_path: Path, name: str, hostile: str) -> None:
    """Whatever an input holds, it is an argument of a program, not a piece of a script, nor one of the template."""
    value: object = [hostile] if SPEC[name].get("type") == "array" else hostile
    made = job(**{"paths": ["docs"], name: value})
    variables = {key: text if isinstance(text, str) else text["value"] for key, text in made["variables"].items()}
    given = variables["DEDUP_" + name.upper().replace("-", "_")]
    assert given == (hostile if isinstance(value, str) else json.dumps(value))
    folder = make(tmp_path / "checkout", {"docs/panda.md": PANDA})
    environment = tmp_path / "environment"
    if name == "package":
        command_folder(environment / "bin")
        made["script"] = [f'environment="{environment}"', *(line for line in made["script"] if " install " in line)]
    else:
        made = installed(made, environment)
    ended = run_job(folder, made)
    assert ended.returncode != 0
    assert not list(tmp_path.rglob("executed")), ended.stderr


def test_only_the_ref_has_variables_expanded() -> None:
    """GitLab expands `$` in variables unless it is told not to: names of files stay as they are."""
    variables = job()["variables"]
    assert {name for name, entry in variables.items() if entry.get("expand", True)} == {"DEDUP_CHANGED_SINCE"}
    assert all(entry["description"] for entry in SPEC.values())


def test_the_example_uses_inputs_that_there_are() -> None:
    """`examples/ci/.gitlab-ci.yml` includes the template by its name and changes the job that it makes."""
    example = yaml.safe_load((ROOT / "examples/ci/.gitlab-ci.yml").read_text(encoding="utf-8"))
    [included] = example["include"]
    assert re.search(r"/dedup-check@", included["component"])
    assert set(included["inputs"]) <= set(SPEC)
    assert SPEC["job-name"]["default"] in example
