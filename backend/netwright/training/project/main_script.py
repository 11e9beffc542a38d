"""The loop of ``train.py``: ``main`` and what goes through the samples."""

from netwright.compiler.source import to_literal
from netwright.training.averaging import AVERAGINGS
from netwright.training.checking import watched_values
from netwright.training.config import TrainingConfig
from netwright.training.project.augment_script import AUGMENTED, augment_lines, ready_argument
from netwright.training.project.change_script import has_epochs, planned_epochs
from netwright.training.project.learning_script import (
    call_closure,
    is_penalised,
    is_recomputed,
    needs_closure,
    params_of,
    write_clip,
    write_minimised,
    write_plateau,
)
from netwright.training.project.script_facts import Facts
from netwright.training.schedules import SCHEDULES

_BATCHES = '''def num_batches(num_samples: int) -> int:
    """Of an epoch.  A last batch of a single sample is left out: BatchNorm cannot learn from one."""
    full, rest = divmod(num_samples, BATCH_SIZE)
    return max(full + (rest > 1), 1)


def batches(part: tuple[Tensor, Tensor], epoch: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """{about}"""
    inputs, {targets} = part
    generator = torch.Generator().manual_seed((SEED * 1_000_003 + epoch) % 2**63)
{order}    for {indices} in {parts}:
{body}'''

_SHUFFLED = "    order = torch.randperm(len(inputs), generator=generator)\n"
_BALANCED = """    # Every class is drawn equally often.
    weights = targets.bincount().double().clamp_min(1).reciprocal()[targets]
    order = torch.multinomial(weights, len(inputs), replacement=True, generator=generator)
"""
_ABOUT = "The training samples in an order that follows from seed and epoch (from 1) alone."


def write_batches(facts: Facts) -> str:
    """``num_batches`` and ``batches``, which gives samples and their targets, inputs instead of samples where they are
    augmented."""
    parts = "torch.split(order, BATCH_SIZE)[: num_batches(len(inputs))]"
    chosen = f"targets[indices].to(device){'.long()' if facts.is_mask else ''}"
    samples = "inputs[indices].to(device)"
    if facts.augment is not None:
        body = augment_lines(facts.augment, samples, None if facts.is_own_target else chosen)
    elif facts.is_own_target:
        body = [f"samples = {samples}", "yield samples, preprocess(samples)"]
    else:
        body = [f"yield {samples}, {chosen}"]
    return _BATCHES.format(
        about=_ABOUT if facts.augment is None else AUGMENTED,
        targets="_" if facts.is_own_target else "targets",
        order=_BALANCED if facts.is_balanced else _SHUFFLED,
        indices="indices" if facts.augment is None else "number, indices",
        parts=parts if facts.augment is None else f"enumerate({parts})",
        body="\n".join(f"        {line}" for line in body),
    )


IN_ORDER = '''def in_order(part: tuple[Tensor, Tensor], device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """The training samples in their fixed order."""
    inputs, targets = part
    for start in range(0, num_batches(len(inputs)) * BATCH_SIZE, BATCH_SIZE):
        yield inputs[start : start + BATCH_SIZE].to(device), targets[start : start + BATCH_SIZE].to(device)'''

FROZEN_MODULES = """def frozen_modules(network: nn.Module) -> Iterator[nn.Module]:
    named = dict(network.named_modules(remove_duplicate=False))
    for path in FROZEN:
        if path in named:
            yield from named[path].modules()"""

_BEGIN = """    # The run began with these; what they lack is as the seed made it.
    network.load_state_dict({**network.state_dict(), **load_file(INITIAL_WEIGHTS)})
"""
_FREEZE = """    for module in frozen_modules(network):
        module.requires_grad_(False)
"""
_HOLD = """        for module in frozen_modules(network):
            # The running statistics of a frozen normalisation stand still too.
            if getattr(module, "track_running_stats", False):
                module.eval()
"""

_MAIN = '''def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the network again.")
{data_argument}    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, help="stop after so many updates and show the loss of each")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--output", type=Path, default=Path("{weights}"), help="where the best weights go")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
{kernels}    train, validation = load_parts({data_value})

    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    network = {network}.to(device){channels_last}
{begin}{freeze}{weight_lists}    optimizer = build_optimizer(network)
{scaler}{compiled}{average}{plateau}    steps_per_epoch = {steps_per_epoch}
{num_steps}
    step, best{stop_names} = 0, None{stop_values}
    for epoch in range(1, arguments.epochs + 1):
        began, losses = time.perf_counter(), []
        network.train()
{hold}{start_figures}{step}{epoch}        results = {{"train/loss": sum(losses) / len(losses){trained_figures}}}
        results |= evaluate({shown}, validation, device, "val")
        values = ", ".join(f"{{name}} {{value:.4f}}" for name, value in results.items())
        print(f"epoch {{epoch}}: {{values}} ({{time.perf_counter() - began:.1f}} s)")
        if is_better(results["{monitor}"], best, "{mode}"):
            best = results["{monitor}"]
            save_file({{name: value.contiguous() for name, value in {shown}.state_dict().items()}}, arguments.output)
{count}{stop_code}    print(f"best {monitor}: {{best:.4f}}, saved to {{arguments.output}}")
{test}

def is_better(value: float, best: float | None, mode: str, min_delta: float = 0.0) -> bool:
    """By more than ``min_delta``; what is not finite is never better."""
    if best is None or not math.isfinite(value):
        return math.isfinite(value)
    return (best - value if mode == "min" else value - best) > min_delta


def show(step: int, loss: float, is_wanted: bool) -> None:
    """The first losses, beside those of the run."""
    if step <= len(RUN_LOSSES):
        run = RUN_LOSSES[step - 1]
        print(f"step {{step}}: loss {{loss!r}} ({{'as in the run' if loss == run else f'in the run {{run!r}}'}})")
    elif is_wanted:
        print(f"step {{step}}: loss {{loss!r}}")'''


_TEST = """    # Measured once, with the {tested} weights; nothing was chosen by it.
{load}    results = evaluate({shown}, load_test({data_value}), device, "test")
    print(f"test: {{', '.join(f'{{name}} {{value:.4f}}' for name, value in results.items())}}")
"""

_LOAD_BEST = """    if best is not None:
        {shown}.load_state_dict(load_file(arguments.output))
"""
_HOLD_BEST = "            stop_weights = {{name: value.clone() for name, value in {shown}.state_dict().items()}}\n"
_TAKE_BACK = "            {shown}.load_state_dict(stop_weights)\n"


def _write_weights(config: TrainingConfig) -> str:
    """The lists of weights that clipping and penalties are about."""
    all_weights = "[weight for weight in network.parameters() if weight.requires_grad]"
    lines = f"    weights = {all_weights}\n" if write_clip(config) or is_penalised(config) else ""
    if not is_penalised(config):
        return lines
    if not config.no_decay_on_norms_and_biases:
        return f"{lines}    penalised = weights\n"
    return (
        f"{lines}    spared = spared_from_decay(network)\n"
        "    penalised = [weight for weight in weights if id(weight) not in spared]\n"
    )


_STEP = """        for samples, targets in batches(train, epoch, device):
            step += 1
{forward}{backward}            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                raise SystemExit(f"The loss of step {{step}} is {{losses[-1]}}: nothing is learned from here on.")
{measure}"""
_STEP_OF_SEVERAL = """        parts = []
        for number, (samples, targets) in enumerate(batches(train, epoch, device), 1):
{forward}            done = (number - 1) // ACCUMULATE_STEPS * ACCUMULATE_STEPS
            size = min(ACCUMULATE_STEPS, num_batches(len(train[0])) - done)
{backward}            parts.append(loss.item())
            if not math.isfinite(parts[-1]):
                raise SystemExit(f"The loss of step {{step + 1}} is {{parts[-1]}}: nothing is learned from here on.")
{measure}            if len(parts) < size:
                continue
            step += 1
            losses.append(sum(parts) / len(parts))
            parts = []
"""
_MOVE = """{unscale}{clip}            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, {num_steps}, steps_per_epoch{num_cuts}){factor}
{move}            optimizer.zero_grad()
{average}            show(step, losses[-1], arguments.steps is not None)
            if step == arguments.steps:
                return
"""


_SCALED_MOVE = """            scale = scaler.get_scale()
            scaler.step(optimizer)
            scaler.update()
            is_skipped = scaler.get_scale() < scale
            if is_skipped:
                print(f"step {step}: skipped, for its gradients are too large for a loss times {scale:g}")
"""
_SCALER = """    # float16 cannot hold small gradients: the loss is multiplied by a scale.
    scaler = torch.amp.GradScaler(device.type)
"""
_COMPILED = """    # Shares its weights with the network; kernels are made for each size of batch.
    compiled = torch.compile(network, dynamic=False)
"""
_DETERMINISTIC = """    # Only kernels that always give the same result; cuBLAS reads its setting when it is loaded.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
"""
_TF32 = """    # Factors of products are rounded to 10 bits, on a GPU that can.
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    torch.backends.cudnn.conv.fp32_precision = "tf32"
    torch.backends.cudnn.rnn.fp32_precision = "tf32"
"""


def _trained(config: TrainingConfig) -> str:
    """The name of what goes forward in training."""
    return "compiled" if config.compile else "network"


_LOSS = "            loss = compute_loss(forward({trained}, samples{ready}), targets)\n"
_KEPT_OUTPUTS = """            outputs = forward({trained}, samples{ready})
            loss = compute_loss(outputs, targets)
"""


def _write_step(config: TrainingConfig, facts: Facts, main: str, *, is_measured: bool) -> str:
    """One update.  ``main`` is the output that metrics are measured on, which ``is_measured`` asks for in training too."""
    ready = ready_argument(facts)
    forward = (_KEPT_OUTPUTS if is_measured else _LOSS).format(trained=_trained(config), ready=ready)
    # Of a mixed sample the class with the larger share counts.
    hard = "targets.argmax(1)" if facts.augment is not None and facts.augment.has_soft_targets else "targets"
    detached = main.replace("outputs", "outputs.detach()", 1) if len(facts.terms) == 1 else f"{main}.detach()"
    measure = f"            figures.add({detached}, {hard})\n" if is_measured else ""
    minimised = write_minimised(config)
    is_several = config.accumulate_steps > 1
    backward = "            loss.backward()\n"
    if minimised != "loss" or is_several or needs_closure(config):
        share = f"({minimised}) / size" if is_several else minimised
        backward = f"            minimised = {share}\n            minimised.backward()\n"
    is_scaled = config.precision == "float16"
    if is_scaled:
        backward = backward.replace("loss.backward()", "scaler.scale(loss).backward()").replace(
            "minimised.backward()", "scaler.scale(minimised).backward()"
        )
    average = "            average.update_parameters(network)\n"
    if is_scaled:
        average = f"            if not is_skipped:\n    {average}"
    clip = write_clip(config)
    has_factors = any(group.lr_factor != 1.0 for group in config.parameter_groups)
    return (_STEP_OF_SEVERAL if is_several else _STEP).format(
        backward=backward, forward=forward, measure=measure
    ) + _MOVE.format(
        unscale="            scaler.unscale_(optimizer)\n" if is_scaled else "",
        clip=" " * 12 + clip if clip else "",
        num_steps=_num_steps(facts),
        num_cuts=", plateau.num_cuts" if SCHEDULES.get(config.schedule.type).watches else "",
        factor=' * group.get("lr_factor", 1.0)' if has_factors else "",
        move=_SCALED_MOVE if is_scaled else f"            optimizer.step({call_closure(config)})\n",
        average=average if config.averaging is not None and not is_recomputed(config) else "",
    )


def _write_average(config: TrainingConfig, facts: Facts) -> tuple[str, str, str]:
    """The line that begins to average, what happens at the end of an epoch, and what is validated and kept."""
    if config.averaging is None:
        return "", "", "network"
    chosen = AVERAGINGS.get(config.averaging.type)
    params = params_of(AVERAGINGS, config.averaging)
    epochs = planned_epochs(facts.changes, "step")
    frozen = "set(frozen_modules(average.module))" if config.frozen else "set()"
    # Once begun it goes on, also in a run that was given more epochs.
    begun = "average.n_averaged or " if has_epochs(facts.changes) else ""
    epoch = (
        f"        if {begun}{chosen.due_source(params).replace('epochs', epochs)}:\n"
        "            average.update_parameters(network)\n"
        f"            recompute_statistics(average.module, {frozen}, in_order(train, device), forward)\n"
        if is_recomputed(config)
        else ""
    )
    begin = f"    average = {chosen.source(params)}\n"
    return begin, epoch + "        kept = average.module if average.n_averaged else network\n", "kept"


def _num_steps(facts: Facts) -> str:
    """Of the whole run, as an expression: what schedules take for its length at an update."""
    if not has_epochs(facts.changes):
        return "num_steps"
    return f"{planned_epochs(facts.changes, 'step')} * steps_per_epoch"


def _write_test(config: TrainingConfig, facts: Facts, shown: str, data_value: str) -> str:
    """What measures the test part, where there is one."""
    if not facts.has_test:
        return ""
    tested = config.checkpoint.tested
    load = _LOAD_BEST.format(shown=shown) if tested == "best" else ""
    return _TEST.format(shown=shown, data_value=data_value, tested=tested, load=load)


def _write_stopping(config: TrainingConfig, facts: Facts, shown: str) -> str:
    """Early stopping.  Its best weights are only taken back where something is measured with them."""
    stopping = config.early_stopping
    if stopping is None:
        return ""
    takes_back = stopping.restore_best_weights and config.checkpoint.tested == "last" and facts.has_test
    return (
        "        # Early stopping.\n"
        f'        if is_better(results["{stopping.monitor}"], stop_best, "{stopping.mode}", {stopping.min_delta!r}):\n'
        f'            stop_best, wait = results["{stopping.monitor}"], 0\n'
        f"{_HOLD_BEST.format(shown=shown) if takes_back else ''}"
        "        else:\n"
        "            wait += 1\n"
        f"        if wait >= {stopping.patience}:\n"
        f"{_TAKE_BACK.format(shown=shown) if takes_back else ''}"
    ) + _end_early(facts)


def _end_early(facts: Facts) -> str:
    """What happens when patience is at its end: a run that was given more epochs there begins to wait anew."""
    if not has_epochs(facts.changes):
        return "            break\n"
    return (
        '            if not any(after == step and what == "epochs" for after, what, _ in CHANGES):\n'
        "                break\n"
        "            wait = 0\n"
    )


def write_main(config: TrainingConfig, facts: Facts, main: str) -> str:
    """The function ``main`` and what it calls; ``main`` is the output that metrics are measured on."""
    # Metrics of the training part are measured where they decide something: see ``loop.end_epoch``.
    is_measured = any(name.startswith("train/") and name != "train/loss" for name in watched_values(config).values())
    begin_average, end_epoch, shown = _write_average(config, facts)
    stop_code = _write_stopping(config, facts, shown)
    plateau, count = write_plateau(config)
    steps = "num_batches(len(train[0]))"
    about = to_literal(facts.argument.replace("%", "%%"))  # argparse formats it
    data = f'    parser.add_argument("--data", type=Path, required=True, help={about})\n'
    data_value = "arguments.data" if facts.argument else "None"
    return _MAIN.format(
        data_argument=data if facts.argument else "",
        data_value=data_value,
        test=_write_test(config, facts, shown, data_value),
        weights=facts.output_file,
        channels_last=".to(memory_format=torch.channels_last)" if facts.is_channels_last else "",
        begin=_BEGIN if facts.has_initial_weights else "",
        freeze=_FREEZE if config.frozen else "",
        hold=_HOLD if config.frozen else "",
        stop_names=", stop_best, wait" if stop_code else "",
        stop_values=", None, 0" if stop_code else "",
        network="initialize(Network())" if config.initialization else "Network()",
        weight_lists=_write_weights(config),
        kernels=(_DETERMINISTIC if config.deterministic else "") + (_TF32 if config.precision == "tf32" else ""),
        scaler=_SCALER if config.precision == "float16" else "",
        compiled=_COMPILED if config.compile else "",
        average=begin_average,
        plateau=plateau,
        steps_per_epoch=f"-(-{steps} // ACCUMULATE_STEPS)" if config.accumulate_steps > 1 else steps,
        start_figures="        figures = Figures()\n" if is_measured else "",
        trained_figures=', **figures.values("train")' if is_measured else "",
        num_steps="" if has_epochs(facts.changes) else "    num_steps = arguments.epochs * steps_per_epoch\n",
        step=_write_step(config, facts, main, is_measured=is_measured),
        epoch=end_epoch,
        shown=shown,
        count=count,
        monitor=config.checkpoint.monitor,
        mode=config.checkpoint.mode,
        stop_code=stop_code,
    )
