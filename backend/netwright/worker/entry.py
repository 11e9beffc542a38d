"""The process that trains: reads a run spec, trains, writes events to the spool, and ends with a reason."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from netwright.data.base import DataError
from netwright.language import said_by, say
from netwright.training.control import Control
from netwright.training.preflight import PREFLIGHT
from netwright.training.rate_finder import RATE_FINDER
from netwright.training.reporting import Progress
from netwright.training.spec import AttemptSpec, RunSpec
from netwright.training.states import EndReason, RunState
from netwright.training.threads import spin_briefly
from netwright.worker.emitter import Emitter
from netwright.worker.preflight import run_preflight
from netwright.worker.rate_finder import run_rate_finder
from netwright.worker.shipper import Shipper
from netwright.worker.spool import AttemptStartedError, SpoolWriter, spool_path
from netwright.worker.system import Heartbeat

if TYPE_CHECKING:
    from netwright.training.checkpoints import LoadedCheckpoint
    from netwright.training.ending import Outcome

LOG = logging.getLogger(__name__)

DRAIN_SECONDS = 5.0
BRIEF_DRAIN_SECONDS = 0.5
"""An interrupted worker waits no longer for a server: that one may be going down too, and reads the spool."""
EXIT_OK, EXIT_FAILED, EXIT_BAD_SPEC, EXIT_STARTED_TWICE, EXIT_FENCED, EXIT_INTERRUPTED = 0, 1, 2, 3, 4, 5


def main(argv: list[str] | None = None) -> int:
    """Runs one attempt; the exit status is 0 for a run that completed or was stopped."""
    parser = argparse.ArgumentParser(prog="python -m netwright.worker", description="Trains one attempt of a run.")
    parser.add_argument("--spec", type=Path, required=True, help="runs/<id>/spec.json")
    parser.add_argument(
        "--attempt",
        type=int,
        required=True,
        help="number of the attempt, from 1; 0 only looks, -1 sweeps the learning rate",
    )
    arguments = parser.parse_args(argv)
    spin_briefly()
    return run_order(arguments.spec.absolute().parent, arguments.attempt)


def run_order(folder: Path, number: int) -> int:
    """What attempt ``number`` stands for: training, or something that leaves no run behind."""
    if number == PREFLIGHT:
        return run_preflight(folder)
    if number == RATE_FINDER:
        return run_rate_finder(folder)
    return run_attempt(folder, number)


def run_attempt(folder: Path, number: int) -> int:
    """Trains attempt ``number`` of the run in ``folder``; gives the process's exit status."""
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", force=True
    )
    control = Control()
    # First of all: a stop that comes while torch is still loading must not kill us without a word.
    signal.signal(signal.SIGTERM, lambda *_: control.interrupt())
    signal.signal(signal.SIGINT, lambda *_: control.stop())
    # The executor holds SIGTERM back until here, so that even one sent at once finds this handler.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        spec = RunSpec.model_validate_json((folder / "spec.json").read_bytes())
        attempt = AttemptSpec.model_validate_json((folder / "attempts" / f"{number}.json").read_bytes())
        writer = SpoolWriter(spool_path(folder, number))
    except (OSError, ValidationError) as error:
        LOG.error("The run cannot be read: %s", error)  # noqa: TRY400  (a sentence, not a trace)
        return EXIT_BAD_SPEC
    except AttemptStartedError as error:
        LOG.error("%s", error)  # noqa: TRY400
        return EXIT_STARTED_TWICE
    return Attempt(folder, spec, attempt, writer, control).run()


class Attempt:
    """One attempt with its threads: emitter, heartbeat, and the shipper where there is a server."""

    def __init__(
        self, folder: Path, spec: RunSpec, attempt: AttemptSpec, writer: SpoolWriter, control: Control
    ) -> None:
        self.folder, self.spec, self.attempt, self.control = folder, spec, attempt, control
        self.progress = Progress()
        self.shipper: Shipper | None = None
        if attempt.server_file is not None:
            self.shipper = Shipper(attempt, spool_path(folder, attempt.attempt), control.act, self._end_fenced)
        wake: Callable[[], None] = self.shipper.wake if self.shipper else lambda: None
        self.emitter = Emitter(writer, spec.run, attempt.attempt, self.progress, wake)
        self.heartbeat = Heartbeat(self.emitter, self.progress)

    def run(self) -> int:
        """Trains, says how it ended, and stays until the server knows."""
        if self.shipper is not None:
            self.shipper.start()
        self.heartbeat.start()
        LOG.info("Attempt %d of run %s begins (pid %d).", self.attempt.attempt, self.spec.run, os.getpid())
        state, reason, message = self._train()
        if self.shipper is not None and state is RunState.STOPPED and self.control.is_interrupted:
            return self._hand_back(self.shipper)
        LOG.info("%s: %s. %s", state, reason, message or "")
        self.heartbeat.close()
        self.emitter("end", state=state, reason=reason, message=message)
        self.emitter.close()
        if self.shipper is not None and not self.shipper.drain(self.emitter.seq, DRAIN_SECONDS):
            self._become_drain()
        if self.shipper is not None:
            self.shipper.close()
        return EXIT_OK if state in {RunState.COMPLETED, RunState.STOPPED} else EXIT_FAILED

    def _hand_back(self, shipper: Shipper) -> int:
        """Ends without an end: what is saved is what the next attempt goes on from, once the server sees that this is gone."""
        step = self.progress.step
        self.heartbeat.close()
        if step:
            message = say(
                "The system ended the worker (SIGTERM). Step {step} is saved, and the run goes on from there.",
                step=step,
            )
        else:
            message = say("The system ended the worker (SIGTERM) before the first step. The run begins again.")
        self.emit("log", message=message)
        self.emitter.close()
        shipper.drain(self.emitter.seq, BRIEF_DRAIN_SECONDS)
        return EXIT_INTERRUPTED

    def _train(self) -> tuple[RunState, EndReason, str | None]:
        """State, reason and message of the end, whatever happens."""
        from netwright.training.checkpoints import FencedError
        from netwright.training.memory import describe_out_of_memory, is_out_of_memory

        try:
            outcome = self._train_unguarded()
        except FencedError:
            self._end_fenced()
            raise
        except DataError as error:
            return RunState.FAILED, EndReason.BAD_DATA, error.message
        except Exception as error:
            LOG.exception("The attempt ends with an error:")
            if is_out_of_memory(error):
                return (
                    RunState.FAILED,
                    EndReason.OUT_OF_MEMORY,
                    describe_out_of_memory(self.spec.training, self.progress),
                )
            text = said_by(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            return RunState.FAILED, EndReason.ERROR, text
        return outcome.state, outcome.reason, outcome.message

    def _train_unguarded(self) -> "Outcome":
        # Imported here: what comes before takes milliseconds, torch takes seconds, and a stop may come in between.
        from netwright.training.ending import Outcome
        from netwright.training.jobs import build_job
        from netwright.training.loop import train
        from netwright.worker.initial import load_initial

        if self.control.is_stopping:
            return Outcome(RunState.STOPPED, EndReason.STOPPED_BY_USER, say("Stopped before the first step."))
        job = build_job(self.spec, self.folder, self._is_current)
        resume = self._load_resume(job.graph_hash)
        if resume is None and self.spec.initial_weights is not None:
            job.notes.append(load_initial(job.network, self.spec, self.spec.initial_weights, self.folder))
        if resume is not None:
            self.progress.elapsed = resume.resume["elapsed"]
        for command in self.attempt.commands:
            self.control.act(command)
        self.emitter.start_clock()
        return train(job, self.emit, self.control, resume=resume, progress=self.progress)

    def emit(self, type: str, /, **fields: object) -> None:  # noqa: A002  (the wire's word)
        """The loop's way out: adds to the hello what only the process knows."""
        if self.emitter.error is not None:
            raise self.emitter.error
        if type == "hello":
            fields |= {"pid": os.getpid(), "versions": versions()}
            for note in fields["notes"]:  # type: ignore[attr-defined]  # a list of texts
                LOG.info("%s", note)
        if type == "state":
            self.heartbeat.is_training = fields["state"] == RunState.RUNNING and fields.get("phase") == "training"
        if type in {"log", "alert"}:
            LOG.info("%s", fields["message"])
        self.emitter(type, **fields)
        if type == "checkpoint":
            self.emitter.flush()
            if self.emitter.error is not None:
                raise self.emitter.error

    def _load_resume(self, graph_hash: str) -> "LoadedCheckpoint | None":
        """The checkpoint to go on from, or an older one where that cannot be read; None to begin anew."""
        from netwright.training.checkpoints import CheckpointFolder

        wanted = self.attempt.resume_from
        if wanted is None:
            return None
        checkpoints = CheckpointFolder(
            self.folder / "checkpoints", self.spec.run, graph_hash, self.spec.training.checkpoint.keep
        )
        return checkpoints.load_or_older(Path(wanted).name)

    def _is_current(self) -> bool:
        """Whether no newer attempt has been written down, seen from the disk: it needs no server."""
        return not (self.folder / "attempts" / f"{self.attempt.attempt + 1}.json").exists()

    def _end_fenced(self) -> None:
        """Ends the process at once: whatever it would still write belongs to the newer attempt now."""
        LOG.warning("A newer attempt has taken over; this one ends.")
        os._exit(EXIT_FENCED)

    def _become_drain(self) -> None:
        """Turns this process into a small one that waits for the server (see :mod:`netwright.worker.drain`)."""
        LOG.info("The server is away; the last events are kept and sent when it is back.")
        sys.stdout.flush()
        arguments = [sys.executable, "-m", "netwright.worker.drain", str(self.folder), str(self.attempt.attempt)]
        os.execv(sys.executable, arguments)  # noqa: S606  (our own interpreter and module, no shell)


def versions() -> dict[str, str]:
    """What a run was made with: our version, Python's and PyTorch's, the system, the processor, the GPU."""
    import platform

    import torch

    import netwright

    found = {
        "netwright": netwright.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "system": platform.platform(),
        "processor": f"{processor_name()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads",
    }
    if torch.version.cuda:
        found["cuda"] = torch.version.cuda
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]  # torch's own is untyped
        found["gpu"] = torch.cuda.get_device_name()
    return found


def processor_name() -> str:
    """What the processor calls itself."""
    import platform

    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
