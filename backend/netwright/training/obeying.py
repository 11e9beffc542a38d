"""What the loop does at a step border when somebody has wished for something."""

from typing import TYPE_CHECKING, Literal

from netwright.language import say
from netwright.training.states import RunState

if TYPE_CHECKING:
    from netwright.training.keeper import Keeper

LiveValue = Literal["lr", "epochs"]


def obey(keeper: "Keeper") -> bool:
    """Works the wishes that wait; True for a stop.

    A pause waits here: the process, its memory and its device stay, so that going on costs nothing.  It begins with a
    checkpoint of this very step, from which another process would go on to the bit should this one die or be stopped.
    """
    control, phase = keeper.control, keeper.phase
    while not control.is_stopping:
        wants_checkpoint, values = control.take()
        for name, value in values.items():
            change(keeper, name, value)
        if wants_checkpoint:
            keeper.flush()
            keeper.save("step")
        if not control.is_pausing:
            break
        if keeper.state is not RunState.PAUSED:
            keeper.flush()
            keeper.save_here()
        keeper.say_state(RunState.PAUSED)
        control.wait_while_paused()
    # After a pause, or a checkpoint that was wished for, steps go on.
    if not control.is_stopping and (keeper.state is RunState.PAUSED or keeper.phase != phase):
        keeper.say_state(RunState.RUNNING, "training")
    return control.is_stopping


def change(keeper: "Keeper", name: LiveValue, wanted: float) -> None:
    """Changes a live value and saves it: the event takes the command away, so it must not come before the value is safe."""
    run, at = keeper.run, keeper.progress
    if name == "lr":
        before, value = run.rate.lr, wanted
        run.rate.lr = wanted
        sentence = say("The learning rate is now {rate} (before the schedule).", rate=f"{wanted:g}")
    else:
        before, value = float(run.epochs), float(max(int(wanted), at.epoch if at.batch else at.epoch - 1, 1))
        run.set_epochs(int(value))
        if run.early_stopping is not None and run.early_stopping.is_over:
            run.early_stopping.wait = 0  # the run had ended by it: who extends it wants to see more
        sentence = say("The run now ends after epoch {epoch}.", epoch=int(value))
    if value != before:
        keeper.flush()
        keeper.save("last")
        keeper.emit("log", message=sentence)
    keeper.emit("change", name=name, wanted=wanted, value=value, before=before, step=at.step, epoch=at.shown_epoch)
