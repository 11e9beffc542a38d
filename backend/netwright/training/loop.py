"""The training loop: one function, read from top to bottom."""

from netwright.training.capturing import Recorder, build_stepper
from netwright.training.checkpoints import LoadedCheckpoint
from netwright.training.compiling import describe_compile_error
from netwright.training.control import Control
from netwright.training.deterministic import is_not_deterministic
from netwright.training.ending import Outcome, finish, give_up, refuse, run_out, stop
from netwright.training.keeper import Keeper
from netwright.training.memory import is_out_of_memory
from netwright.training.reporting import Emit, LossNotFiniteError, Progress
from netwright.training.setup import Job, set_up
from netwright.training.states import EndReason, RunState


def train(  # noqa: C901, PLR0912  (one story, told in one piece)
    job: Job,
    emit: Emit,
    control: Control,
    *,
    resume: LoadedCheckpoint | None = None,
    progress: Progress | None = None,
    guard_on_device: bool | None = None,
    recorder: Recorder | None = None,
) -> Outcome:
    """Trains ``job.network`` to its end and says how it ended; events leave through ``emit``, wishes come through ``control``.

    With ``resume`` it goes on from a checkpoint exactly (on a CPU: to the bit) as if it had never stopped.
    ``guard_on_device`` and ``recorder`` override what is chosen for the device.

    Raises:
        ValueError: the job cannot be set up (see :func:`netwright.training.setup.set_up`).
        torch.OutOfMemoryError, RuntimeError, OSError: as they come from the device or the disk.
    """
    run = set_up(job, guard_on_device=guard_on_device)
    keeper = Keeper(run, progress or Progress(), emit, control)
    if resume is not None:
        keeper.restore(resume)
    keeper.say_hello()
    at = keeper.progress
    stepper = build_stepper(run, lambda message: emit("log", message=message), recorder)
    try:
        # What waited for this attempt (a run that is extended, or was paused when its worker died) comes before all steps.
        if control.has_wish and keeper.obey():
            return stop(keeper)
        while at.epoch <= run.epochs:
            keeper.say_state(RunState.RUNNING, "training")
            for inputs, targets in run.sampler.epoch(at.epoch, at.batch):
                # A step border: the only place where wishes are worked, so that a checkpoint is always whole.
                if control.has_wish and run.sampler.is_update_border(at.batch) and keeper.obey():
                    return stop(keeper)
                value, minimised = stepper.learn(inputs, targets, at.batch, at.step + 1)
                at.batch += 1
                if not run.sampler.is_update_border(at.batch):  # gradients add up over further batches
                    run.log.hold(value)
                    continue
                lr = run.rate.at(at.step + 1)
                stepper.update(inputs, targets, minimised, lr)
                at.step += 1
                # Costs a few list appends; every 50 ms a report goes out.  On a GPU it is the one before: its values have
                # arrived by now, so that nothing waits for the device.
                if run.log.add(value):
                    run.log.report(at.step, at.epoch, lr, emit)
                    run.buffers.keep()
                if run.compiled is not None and run.compiled.has_news:
                    emit("log", message=run.compiled.news())
            run.log.flush(at.step, at.epoch, run.rate.at(max(at.step, 1)), emit)  # sync
            keeper.tell_skipped()
            validation = keeper.validate()
            if validation is None:  # a stop came while validating: the checkpoint stands before the validation
                return stop(keeper)
            keeper.end_epoch(validation)
            if run.early_stopping is not None and run.early_stopping.is_over:
                return finish(keeper, EndReason.EARLY_STOP)
            if control.has_wish and keeper.obey():  # more epochs may be wished for in the last one
                return stop(keeper)
        return finish(keeper, EndReason.FINISHED)
    except LossNotFiniteError as error:
        return give_up(keeper, error)
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            stepper.close()  # what it holds is not missing when smaller batches are tried
            return run_out(keeper, error)
        if is_not_deterministic(error):
            return refuse(keeper, error)
        sentence = None if run.compiled is None else describe_compile_error(error)
        if sentence is None:
            raise
        raise ValueError(sentence) from error
    finally:
        stepper.close()
        if run.compiled is not None:
            run.compiled.close()
