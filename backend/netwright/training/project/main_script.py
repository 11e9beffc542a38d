"""The loop of ``train.py``: ``main`` and what goes through the samples."""

from netwright.compiler.source import to_literal
from netwright.training.config import TrainingConfig
from netwright.training.project.script_facts import Facts

BATCHES = '''def num_batches(num_samples: int) -> int:
    """Of an epoch.  A last batch of a single sample is left out: BatchNorm cannot learn from one."""
    full, rest = divmod(num_samples, BATCH_SIZE)
    return max(full + (rest > 1), 1)


def batches(part: tuple[Tensor, Tensor], epoch: int, device: torch.device) -> Iterator[tuple[Tensor, Tensor]]:
    """The training samples in an order that follows from seed and epoch (from 1) alone."""
    inputs, targets = part
    generator = torch.Generator().manual_seed((SEED * 1_000_003 + epoch) % 2**63)
    order = torch.randperm(len(targets), generator=generator)
    for indices in torch.split(order, BATCH_SIZE)[: num_batches(len(targets))]:
        yield inputs[indices].to(device), targets[indices].to(device)'''

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
    train, validation = load_parts({data_value})

    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    network = Network().to(device){channels_last}
{begin}{freeze}    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimizer = build_optimizer(network)
    steps_per_epoch = num_batches(len(train[1]))
    num_steps = arguments.epochs * steps_per_epoch

    step, best{stop_names} = 0, None{stop_values}
    for epoch in range(1, arguments.epochs + 1):
        began, losses = time.perf_counter(), []
        network.train()
{hold}        for samples, targets in batches(train, epoch, device):
            step += 1
            loss = compute_loss(forward(network, samples), {targets})
            loss.backward()
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                raise SystemExit(f"The loss of step {{step}} is {{losses[-1]}}: nothing is learned from here on.")
{clip}            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, num_steps, steps_per_epoch)
            optimizer.step()
            optimizer.zero_grad()
            show(step, losses[-1], arguments.steps is not None)
            if step == arguments.steps:
                return
        results = {{"train/loss": sum(losses) / len(losses), **evaluate(network, validation, device)}}
        values = ", ".join(f"{{name}} {{value:.4f}}" for name, value in results.items())
        print(f"epoch {{epoch}}: {{values}} ({{time.perf_counter() - began:.1f}} s)")
        if is_better(results["{monitor}"], best, "{mode}"):
            best = results["{monitor}"]
            save_file({{name: value.contiguous() for name, value in network.state_dict().items()}}, arguments.output)
{stop_code}    print(f"best {monitor}: {{best:.4f}}, saved to {{arguments.output}}")


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


def write_main(config: TrainingConfig, facts: Facts, monitor: str, mode: str, stop_monitor: str | None) -> str:
    """The function ``main`` and what it calls; ``monitor`` and ``stop_monitor`` are measured by the script."""
    stopping = config.early_stopping
    stop_code = ""
    if stopping is not None:
        stop_mode = stopping.mode if stop_monitor == stopping.monitor else "min"
        stop_code = (
            "        # Early stopping.\n"
            f'        if is_better(results["{stop_monitor}"], stop_best, "{stop_mode}", {stopping.min_delta!r}):\n'
            f'            stop_best, wait = results["{stop_monitor}"], 0\n'
            "        else:\n"
            "            wait += 1\n"
            f"        if wait >= {stopping.patience}:\n"
            "            break\n"
        )
    clip = config.gradient_clip_norm
    about = to_literal(facts.argument.replace("%", "%%"))  # argparse formats it
    data = f'    parser.add_argument("--data", type=Path, required=True, help={about})\n'
    return _MAIN.format(
        targets="scale_targets(targets)" if facts.scales_targets else "targets",
        data_argument=data if facts.argument else "",
        data_value="arguments.data" if facts.argument else "None",
        weights=facts.output_file,
        channels_last=".to(memory_format=torch.channels_last)" if facts.is_channels_last else "",
        begin=_BEGIN if facts.has_initial_weights else "",
        freeze=_FREEZE if config.frozen else "",
        hold=_HOLD if config.frozen else "",
        stop_names=", stop_best, wait" if stop_code else "",
        stop_values=", None, 0" if stop_code else "",
        clip=f"            nn.utils.clip_grad_norm_(weights, {clip!r})\n" if clip is not None else "",
        monitor=monitor,
        mode=mode,
        stop_code=stop_code,
    )
