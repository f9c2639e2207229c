#!/usr/bin/env python3
"""Plants one bug after the other into a copy of the broker, and counts the seeds that the simulation needs to find it.

    make simulate-mutants              (all of them; or: python3 Tests/Mutants/mutants.py NAME...)

Each bug is a text file beside this script: what it is, the stage of the simulation that is to find it (`wire`, or the
core if none is named), the file it goes into, what stands there and what stands there instead. The table that is
printed belongs into Docs/Simulation.md. Exit status 1 if a bug was not found.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_SEEDS = 5_000
FORM = re.compile(
    r"(?P<title>[^\n]+)\n\n(stage: (?P<stage>wire)\n\n)?in: (?P<path>[^\n]+)\n\nwas:\n(?P<was>.+)\n\nis:\n(?P<now>.+)\n",
    re.DOTALL,
)


class Mutant:
    def __init__(self, file: Path):
        self.name = file.stem
        match = FORM.fullmatch(file.read_text())
        if match is None:
            sys.exit(f"{file} is not in the form of a mutant")
        self.title, self.path, self.was, self.now = match.group("title", "path", "was", "now")
        self.options = ["--wire"] if match.group("stage") else []

    def plant(self, copy: Path) -> None:
        text = (ROOT / self.path).read_text()
        if text.count(self.was) != 1:
            sys.exit(f"{self.name}: {self.path} has what is to be changed {text.count(self.was)} times")
        (copy / self.path).write_text(text.replace(self.was, self.now))

    def remove(self, copy: Path) -> None:
        shutil.copyfile(ROOT / self.path, copy / self.path)


def make_copy(copy: Path) -> None:
    for name in ["Sources", "Tests"]:
        shutil.copytree(ROOT / name, copy / name, symlinks=True)
    shutil.copyfile(ROOT / "Package.swift", copy / "Package.swift")
    shutil.copyfile(ROOT / "Package.resolved", copy / "Package.resolved")


def build(copy: Path) -> Path:
    command = ["swift", "build", "--configuration", "release", "--product", "LeveretSimulate"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the copy does not build:\n{done.stdout[-4000:]}")
    return copy / ".build/release/LeveretSimulate"


def seeds_until_found(program: Path, options: list[str]) -> tuple[int | None, str]:
    """How many seeds it took, and what was wrong."""
    process = subprocess.Popen([program, *options, "1", str(MOST_SEEDS), "1"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    kept = 0
    try:
        for line in process.stdout:
            words = line.split()
            if len(words) == 2 and words[0].isdigit():
                kept += 1
            elif " failed: " in line:
                return kept + 1, line.split(": ", 2)[-1].strip()
            elif "Fatal error" in line:
                return kept + 1, "invariant: " + line.split("Fatal error: ")[-1].strip()
        return None, ""
    finally:
        process.kill()
        process.wait()


def main() -> None:
    files = sorted(Path(__file__).parent.glob("*.txt"))
    if sys.argv[1:]:
        files = [file for file in files if file.stem in sys.argv[1:]]
    mutants = [Mutant(file) for file in files]
    missed = False
    with tempfile.TemporaryDirectory(prefix="leveret-mutants-") as folder:
        copy = Path(folder)
        make_copy(copy)
        print("| bug | seeds until it was found | what was seen |\n| --- | --- | --- |")
        for mutant in mutants:
            mutant.plant(copy)
            count, seen = seeds_until_found(build(copy), mutant.options)
            mutant.remove(copy)
            missed = missed or count is None
            found = f"not in {MOST_SEEDS}" if count is None else count
            print(f"| {mutant.title} | {found} | {seen[:90].replace('|', ' ')} |", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
