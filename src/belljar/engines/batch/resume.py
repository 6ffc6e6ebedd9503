"""Going on where an earlier run was cut: which inputs need not be run again, and what they gave."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from belljar.engines.batch.errortable import ErrorTable
from belljar.engines.batch.manifest import Fingerprint, Finished, RunFolder
from belljar.engines.batch.plan import Plan
from belljar.engines.batch.publish import STDOUT, PendingFolder, restore, unwritable
from belljar.engines.batch.tally import Tally
from belljar.errors import bell_error

RUN_FOLDER = ".belljar-run"


class Resumption:
    """The run folder of a plan, where it has one: several inputs, partitions, an output folder, or ``resume``.

    ``skip`` says which inputs an earlier run finished; ``complete`` that it finished everything.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.folder: RunFolder | None = None
        self.skip = [False] * len(plan.inputs)
        self.complete = False
        self._before: dict[int, Fingerprint] = {}
        path = self._path()
        if path is None:
            return
        options = plan.options
        if options.partition_by:
            restore(Path(os.path.realpath(options.output_path)))
        self.folder = RunFolder(path, options.program_hash, plan.identity, resume=options.resume)
        if options.resume:
            self._look_back()

    def _path(self) -> Path | None:
        plan, options = self.plan, self.plan.options
        if options.output is None or options.output_name == STDOUT:
            return None
        on_disk = all(item.path is not None and item.path.is_file() for item in plan.inputs)
        if options.resume and not on_disk:
            raise bell_error("E0003", detail="resume needs inputs that are files")
        output = Path(os.path.realpath(options.output_path))
        if not output.parent.is_dir():
            raise bell_error("E0004", path=str(options.output_path), reason=f"there is no folder '{options.output_path.parent}'")
        if plan.to_folder:
            try:
                output.mkdir(exist_ok=True)
            except FileExistsError:
                raise bell_error("E0004", path=str(options.output_path), reason="it is a file, and the output is a folder") from None
            except OSError as error:
                raise unwritable(options.output_path, error) from None
            return output / RUN_FOLDER if on_disk else None
        if options.partition_by:
            return output.with_name(f".{output.name}{RUN_FOLDER}")
        if output.exists() and not output.is_file():
            return None  # a device or a pipe
        several = len(plan.inputs) > 1 and on_disk and options.limit is None
        return output.with_name(f".{output.name}{RUN_FOLDER}") if several or options.resume else None

    def _look_back(self) -> None:
        assert self.folder is not None
        paths = [Path(item.name) for item in self.plan.inputs]
        if self.folder.output is not None:
            self.complete = self.folder.covers(paths, self._whole())
            if not self.complete:
                self.folder.forget()  # the parts are gone: begin again
        self.skip = [self.complete or self.folder.finished(path) is not None for path in paths]
        if self.plan.to_folder and all(self.skip):
            self.complete = True

    def _whole(self) -> Path:
        """The file that stands for the whole output: itself, or a partitioned folder's mark."""
        output = Path(os.path.realpath(self.plan.options.output_path))
        return output / PendingFolder.MARK if self.plan.options.partition_by else output

    @property
    def keys(self) -> list[str]:
        """A name for each input's part of the output: the same in every run where the input has a path."""
        return [Fingerprint.key_of(item.path) if item.path is not None else f"{index:05}" for index, item in enumerate(self.plan.inputs)]

    def errors_part(self, index: int) -> Path | None:
        """Where the failed rows of one input are kept for a later run."""
        path = self.plan.inputs[index].path
        if self.folder is None or path is None:
            return None
        return self.folder.path / f"errors-{Fingerprint.key_of(path)}.arrows"

    def begin(self, index: int) -> None:
        """Note what an input is before it is read."""
        path = self.plan.inputs[index].path
        if self.folder is not None and path is not None:
            self._before[index] = Fingerprint.of(path)

    def end(self, index: int, rows: int, errors: int, tally: Tally, files: Sequence[Path]) -> None:
        """Note an input as finished, unless it changed while it was read."""
        path = self.plan.inputs[index].path
        if self.folder is not None and path is not None and Fingerprint.of(path) == self._before[index]:
            self.folder.record(self._before[index], rows, errors, tally.to_json(), files)

    def replay(self, index: int, table: ErrorTable) -> Finished:
        """What a finished input gave; its failed rows go into the table again."""
        assert self.folder is not None
        found = self.folder.recorded(Path(self.plan.inputs[index].name))
        part = self.errors_part(index)
        if found.errors and part is not None and part.exists():
            with pa.OSFile(str(part), "rb") as file, pa.ipc.open_stream(file) as reader:
                for batch in reader:
                    table.add(batch)
        return found

    def succeed(self) -> None:
        """The output is published. What is worth keeping stays: the manifest in an output folder, or for ``resume``."""
        if self.folder is None or self.plan.to_folder:
            return
        if self.plan.options.resume:
            self.folder.complete(self._whole())
        else:
            self.folder.remove()

    def fail(self) -> None:
        """What is finished stays for ``resume``; a folder in which nothing is finished goes."""
        if self.folder is not None and self.folder.empty:
            self.folder.remove()

    @property
    def note(self) -> str:
        """What to say of a run that was cut: empty where nothing of it can be gone on from."""
        count = 0 if self.folder is None or self.folder.empty else self.folder.count
        return f"{count} of {len(self.plan.inputs)} inputs are finished; the same command with --resume goes on from there" if count else ""

    def close(self) -> None:
        if self.folder is not None:
            self.folder.close()
