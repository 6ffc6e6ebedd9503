"""What a run of several inputs has finished, so that a run that was cut goes on where it stopped.

A *run folder* stands beside the output (``.NAME.belljar-run``) or in the output folder (``.belljar-run``). It holds ``manifest.jsonl``, the failed
rows of each finished input, and, where all inputs go to one output, each input's part of it.

Invariants:
- The first line of the manifest says which program and options the run has; each further line is one finished input, written and brought
  to disk after everything of that input is. A last line without its end was cut and does not count.
- An input counts as finished only while it has the size, time and bytes it had, and its files are there in the size they had.
- One run at a time: the folder is locked.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from belljar.engines.batch.bytestream import unreadable
from belljar.engines.batch.publish import lock_folder, unwritable
from belljar.errors import BellError, bell_error
from belljar.source import open_bytes
from belljar.structs import Frozen, Struct

VERSION = 1
MANIFEST = "manifest.jsonl"
SAMPLE_BYTES = 64 << 10
"""Bytes at the head and at the tail of an input that its fingerprint covers."""

Counts = list[list[list[Any]]]
"""A tally as JSON data."""


class Fingerprint(Frozen):
    """An input as it was: its absolute path, bytes, time of last change, and SHA-256 of its head and tail."""

    __slots__ = ("mtime_ns", "path", "sample", "size")

    def __init__(self, path: str, size: int, mtime_ns: int, sample: str) -> None:
        self.path: Final = path
        self.size: Final = size
        self.mtime_ns: Final = mtime_ns
        self.sample: Final = sample

    @property
    def json(self) -> dict[str, Any]:
        return {"path": self.path, "size": self.size, "mtime_ns": self.mtime_ns, "sample": self.sample}

    @classmethod
    def of(cls, path: Path) -> Fingerprint:
        import hashlib

        try:
            with open_bytes(path) as file:
                status = os.fstat(file.fileno())
                digest = hashlib.sha256(file.read(SAMPLE_BYTES))
                if status.st_size > SAMPLE_BYTES:
                    file.seek(max(SAMPLE_BYTES, status.st_size - SAMPLE_BYTES))
                    digest.update(file.read())
        except OSError as error:
            raise unreadable(path, error) from None
        return cls(os.path.abspath(path), status.st_size, status.st_mtime_ns, digest.hexdigest())

    @staticmethod
    def key_of(path: Path) -> str:
        """A name for what belongs to an input, whatever its place among the inputs."""
        import hashlib

        return hashlib.sha256(os.fsencode(os.path.abspath(path))).hexdigest()[:16]


class Finished(Struct):
    """One finished input: what it was, what it gave, and its files with their sizes in bytes."""

    __slots__ = ("counts", "errors", "files", "input", "rows")

    def __init__(self, input: Fingerprint, rows: int, errors: int, files: dict[str, int], counts: Counts) -> None:
        self.input: Final = input
        self.rows: Final = rows
        self.errors: Final = errors
        self.files: Final = files
        self.counts: Final = counts

    @property
    def json(self) -> dict[str, Any]:
        return {"input": self.input.json, "rows": self.rows, "errors": self.errors, "files": self.files, "counts": self.counts}


class RunFolder:
    """The run folder of one output, locked while this process works on it. Raises E0004 and E1007."""

    def __init__(self, path: Path, program: str, options: Mapping[str, Any], *, resume: bool) -> None:
        self.path = path
        self._head = {"belljar_batch": VERSION, "program": program, "options": dict(options)}
        self._finished: dict[str, Finished] = {}
        self.output: Fingerprint | None = None
        """The whole output, where an earlier run completed it."""
        self._lock: int | None = None
        try:
            path.mkdir(exist_ok=True)
            self._lock = lock_folder(path)
            if self._lock is None:
                raise bell_error("E0004", path=str(path), reason="another run is writing this output")
            if resume:
                self._load()
            else:
                self._clear()
            if not (path / MANIFEST).exists():
                self._append(self._head)
        except OSError as error:
            self.close()
            raise unwritable(path, error) from None
        except BellError:
            self.close()
            raise

    def _clear(self) -> None:
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _load(self) -> None:
        manifest = self.path / MANIFEST
        if not manifest.exists():
            return
        lines = manifest.read_bytes().split(b"\n")
        if lines[-1]:  # cut while it was written
            with open(manifest, "r+b") as file:
                file.truncate(sum(len(line) + 1 for line in lines[:-1]))
        entries = []
        for line in lines[:-1]:
            try:
                entries.append(json.loads(line))
            except ValueError:
                raise self._refused("its manifest is damaged") from None
        if not entries:
            manifest.unlink()
            return
        self._check(entries[0])
        try:
            for entry in entries[1:]:
                if "output" in entry:
                    self.output = Fingerprint(**entry["output"])
                    continue
                finished = Finished(Fingerprint(**entry.pop("input")), **entry)
                self._finished[finished.input.path] = finished
                self.output = None
        except (TypeError, KeyError):
            raise self._refused("its manifest is damaged") from None

    def _check(self, head: dict[str, Any]) -> None:
        if head.get("belljar_batch") != VERSION:
            raise self._refused("it was begun by another version of Belljar")
        if head.get("program") != self._head["program"]:
            raise self._refused("the program has changed since")
        found, now = head.get("options", {}), json.loads(json.dumps(self._head["options"]))
        if changed := sorted(name for name in {*found, *now} if found.get(name) != now.get(name)):
            raise self._refused(f"other options were given then: {', '.join(changed)}")

    def _refused(self, reason: str) -> BellError:
        return bell_error("E1007", reason=reason, advice="run without --resume to begin again")

    def finished(self, path: Path) -> Finished | None:
        """What an earlier run recorded of this input, if it still holds."""
        found = self._finished.get(os.path.abspath(path))
        if found is None or found.input != Fingerprint.of(path):
            return None
        return found if all(_size(name) == size for name, size in found.files.items()) else None

    def record(self, input: Fingerprint, rows: int, errors: int, counts: Counts, files: Sequence[Path]) -> None:
        """Note an input as finished; its files are complete and on disk."""
        done = Finished(input, rows, errors, {os.path.abspath(path): os.path.getsize(path) for path in files}, counts)
        self._finished[input.path] = done
        self._append(done.json)

    def complete(self, output: Path) -> None:
        """Note the whole output as finished and drop the parts it was made of."""
        self.output = Fingerprint.of(output)
        self._append({"output": self.output.json})
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name.startswith("part-"):
                entry.unlink(missing_ok=True)

    def covers(self, paths: Sequence[Path], output: Path) -> bool:
        """Whether an earlier run completed this output from exactly these inputs, and nothing has changed since."""
        if self.output is None or not output.is_file() or Fingerprint.of(output) != self.output:
            return False
        known = [self._finished.get(os.path.abspath(path)) for path in paths]
        return len(known) == len(self._finished) and all(
            done is not None and done.input == Fingerprint.of(path) for path, done in zip(paths, known, strict=True)
        )

    def recorded(self, path: Path) -> Finished:
        return self._finished[os.path.abspath(path)]

    def forget(self) -> None:
        """Begin again: what was finished no longer counts."""
        self._finished.clear()
        self.output = None
        self._clear()
        self._append(self._head)

    @property
    def empty(self) -> bool:
        return not self._finished

    @property
    def count(self) -> int:
        """Inputs finished, in this run or earlier ones."""
        return len(self._finished)

    def _append(self, entry: Mapping[str, Any]) -> None:
        try:
            with open(self.path / MANIFEST, "ab") as file:
                file.write(json.dumps(entry).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(self.path / MANIFEST, error) from None

    def remove(self) -> None:
        """Remove the folder with all in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.close()

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return -1
