"""What people type by mistake, or to find out what there is: help, suggestions, tracebacks and shell completion."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.command_line import PHOTOBAK, environ_of, photobak

from photobak.cli.main import COMMANDS


@pytest.mark.parametrize("group", [(), ("local",), ("schedule",)])
def test_a_group_without_a_command_prints_its_help(tmp_path: Path, group: tuple[str, ...]) -> None:
    done = photobak(tmp_path, *group)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == photobak(tmp_path, *group, "--help").stdout
    assert done.stdout.startswith(f"Usage: {' '.join(('photobak', *group))}")


@pytest.mark.parametrize(
    ("typed", "meant"), [("synch", "sync"), ("lst", "ls"), ("verfy", "verify"), ("login --no-browse", "--no-browser")]
)
def test_a_misspelled_command_or_option_is_suggested(tmp_path: Path, typed: str, meant: str) -> None:
    done = photobak(tmp_path, *typed.split())
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Did you mean" in done.stderr
    assert f"'{meant}'" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_word_like_no_command_is_only_refused(tmp_path: Path) -> None:
    done = photobak(tmp_path, "xyzzy")
    assert (done.returncode, done.stderr) == (2, "photobak: No such command 'xyzzy'. Type: photobak --help\n")


@pytest.mark.parametrize("verbose", [("-vv",), ("-v", "-v"), ("--verbose", "-v"), ("--verbose", "--verbose")])
def test_a_traceback_is_printed_however_verbose_is_typed_twice(tmp_path: Path, verbose: tuple[str, ...]) -> None:
    done = photobak(tmp_path, *verbose, "ls")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "Traceback" not in photobak(tmp_path, "-v", "ls").stderr


def test_python_m_photobak_is_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "photobak", "--version"]
    done = subprocess.run(command, env=environ_of(tmp_path), capture_output=True, text=True, check=True)
    assert done.stdout == photobak(tmp_path, "--version").stdout


class TestCompletion:
    def completed(self, home: Path, line: str, shell: str = "bash", **more: str) -> list[str]:
        words = line.split(" ")
        environment = {"_PHOTOBAK_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        done = photobak(home, **environment, **more)
        assert done.stderr == ""
        return done.stdout.split()

    def test_commands_and_options_are_completed(self, tmp_path: Path) -> None:
        assert self.completed(tmp_path, "photobak st") == ["plain,status"]
        assert self.completed(tmp_path, "photobak sync --reh") == ["plain,--rehash"]
        assert self.completed(tmp_path, "photobak local u") == ["plain,up", "plain,user"]
        assert len(self.completed(tmp_path, "photobak ")) == len(COMMANDS)

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_the_script_for_a_shell_is_one_that_the_shell_accepts(self, tmp_path: Path, shell: str) -> None:
        done = photobak(tmp_path, _PHOTOBAK_COMPLETE=f"{shell}_source")
        assert done.returncode == 0
        assert "_PHOTOBAK_COMPLETE" in done.stdout
        if program := shutil.which(shell):
            subprocess.run([program, "-n"], input=done.stdout, text=True, check=True)

    def test_bash_completes_a_line(self, tmp_path: Path) -> None:
        script = f"""
            PATH={Path(PHOTOBAK).parent}:$PATH
            eval "$(_PHOTOBAK_COMPLETE=bash_source photobak)"
            COMP_WORDS=(photobak who) COMP_CWORD=1
            _photobak_completion photobak
            echo "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            ["bash", "-c", script], env=environ_of(tmp_path), capture_output=True, text=True, check=True
        )
        assert done.stdout == "whoami\n"
