"""The daemon's operator commands, run as a shell would run them."""

from __future__ import annotations

import json
import subprocess

from broker_process import BrokerProcess, broker_binary


class Refused(Exception):
    """The command ended with a status other than 0; the text is what it wrote on standard error."""


def operate(broker: BrokerProcess, command: str, *arguments: str, options: list[str] = [], stdin: str = "") -> str:
    """Runs a command against the broker's data directory and returns what it wrote on standard output."""
    outcome = subprocess.run(
        [str(broker_binary()), command, "--data", str(broker.data), *options, "--", *arguments],
        input=stdin, capture_output=True, text=True, timeout=30,
    )
    if outcome.returncode != 0:
        raise Refused(outcome.stderr)
    return outcome.stdout


def in_virtual_host(broker: BrokerProcess, name: str, command: str, *arguments: str) -> str:
    """As `operate`, for a command about a virtual host."""
    return operate(broker, command, *arguments, options=["--vhost", name])


def rows(output: str) -> list[dict]:
    """The rows of a list that was printed with --json."""
    return [json.loads(line) for line in output.splitlines()]
