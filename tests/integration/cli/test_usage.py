"""Help, suggestions, completion and version: what a person meets first."""
import json
import subprocess

import pytest

COMMANDS = [
    ["serve"], ["read"], ["history"], ["eval"], ["dataset"], ["dataset", "fetch"],
    ["dataset", "from-corrections"], ["models"], ["models", "list"], ["models", "show"], ["keys"],
    ["keys", "create"], ["keys", "list"], ["keys", "revoke"], ["version"], ["completion"], [],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(glyphd, command):
    outcome = glyphd(*command, "--help")
    assert outcome.returncode == 0
    assert b"Examples:\n" in outcome.stdout
    assert outcome.stderr == b""


@pytest.mark.parametrize("typed, meant", [
    (["sevre"], b'did you mean "serve"?'),
    (["serve", "--prot", "1"], b'did you mean "--port"?'),
    (["serve", "--prot=1"], b'did you mean "--port"?'),
    (["keys", "lsit"], b'did you mean "list"?'),
])
def test_a_misspelling_is_answered_with_what_was_meant(glyphd, typed, meant):
    outcome = glyphd(*typed)
    assert outcome.returncode == 2
    assert meant in outcome.stderr
    assert outcome.stderr.count(b"\n") == 1


@pytest.mark.parametrize("wrong", [
    [], ["zebra"], ["read"], ["keys"], ["dataset"], ["dataset", "fetch", "cifar"],
    ["read", "--layout", "circle", "a.png"], ["history", "--csv", "--json"],
    ["history", "--limit", "many"], ["history", "--since", "yesterday"],
    ["keys", "create", "--name", "a", "--scopes", "root"], ["completion", "tcsh"], ["version", "x"],
], ids=" ".join)
def test_wrong_usage_is_one_line_and_status_2(glyphd, wrong):
    outcome = glyphd(*wrong)
    assert outcome.returncode == 2
    assert outcome.stdout == b""
    assert outcome.stderr.startswith(b"glyphd: ") and outcome.stderr.count(b"\n") == 1


def test_version(glyphd):
    short = glyphd("--version").stdout.decode().strip()
    described = json.loads(glyphd("version", "--json").stdout)
    assert short == "glyphd " + described["version"]
    assert glyphd("version").stdout.decode().startswith(short)


COMPLETE = """
source <("$1" completion bash)
COMP_WORDS=("${@:2}"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
_glyphd
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("words, offered", [
    (["s"], ["serve"]),
    (["keys", ""], ["create", "list", "revoke"]),
    (["serve", "--max-b"], ["--max-body"]),
    (["serve", "--port", "1", "--api"], ["--api-keys"]),
    (["read", "--js"], ["--json"]),
    (["read", "pic"], []),
])
def test_bash_completes_commands_and_flags(program, words, offered):
    outcome = subprocess.run(["bash", "-c", COMPLETE, "bash", program, "glyphd", *words],
                             capture_output=True, text=True, timeout=60)
    assert outcome.stderr == ""
    assert outcome.stdout.split() == offered


@pytest.mark.parametrize("shell, sign", [("zsh", b"#compdef glyphd"), ("fish", b"complete -c glyphd")])
def test_other_shells_get_a_script_with_every_command(glyphd, shell, sign):
    script = glyphd("completion", shell).stdout
    assert sign in script
    for word in (b"from-corrections", b"revoke", b"max-body"):
        assert word in script


def test_train_says_how_to_get_the_trainer_or_runs_it(glyphd, program):
    outcome = glyphd("train", "--help")
    if (program.parent / "glyphd-train").exists():
        assert outcome.returncode == 0 and b"--data" in outcome.stdout
    else:
        assert outcome.returncode == 6 and b"GLYPHD_TRAINING" in outcome.stderr
