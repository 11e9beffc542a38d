"""From a run spec to a job: open the data, write the run's own source, and make network and preprocessing from that source."""

import os
from collections.abc import Callable
from pathlib import Path

from netwright.compiler.module import load_source
from netwright.compiler.program import build_program
from netwright.compiler.source import to_run_source
from netwright.data.prepare import prepare
from netwright.data.registry import open_source
from netwright.graph.document import Document
from netwright.graph.io import graph_hash
from netwright.language import listed, say
from netwright.training.answers import find_last
from netwright.training.checkpoints import seed_everything
from netwright.training.initializers import initialize
from netwright.training.setup import Job
from netwright.training.spec import RunSpec

SOURCE_NAME = "model.py"


def build_job(spec: RunSpec, folder: Path, is_current: Callable[[], bool] = lambda: True) -> Job:
    """Data and network of a run; ``folder/model.py`` is written on the way.  The weights follow from the seed alone.

    Raises:
        DataError: the source cannot be read or prepared.
        DocumentInvalidError: the document has problems.
    """
    data = prepare(open_source(spec.source).load(), spec.training.data)
    source = to_run_source(
        spec.document,
        data.preprocess_source,
        header={"run": spec.run, "data": f"{spec.source.type}, fingerprint {data.fingerprint}"},
    )
    write_source(folder / SOURCE_NAME, source)
    module = load_source(source)
    program = build_program(spec.document)
    arguments = program.network.arguments if data.kind == "graph" else ()
    outputs = tuple(find_output(spec.document, objective.output) for objective in spec.training.objectives)
    seed_everything(spec.training.seed)
    network = module.Network()
    notes = initialize(network, spec.training.initialization)
    return Job(
        network=network,
        preprocess=module.preprocess,
        scale_targets=getattr(module, "scale_targets", None),
        postprocess=getattr(module, "postprocess", None),
        data=data,
        config=spec.training,
        folder=folder,
        run=spec.run,
        graph_hash=graph_hash(spec.document),
        outputs=outputs,
        num_scores=count_scores(spec.document, outputs[0]),
        ends_in=find_last(spec.document, outputs[0]),
        arguments=tuple(port for _, port in arguments),
        program=program,
        notes=notes,
        is_current=is_current,
    )


def count_scores(document: Document, output: str | None) -> int:
    """The size of the second axis of what the network answers, ``(N, K, ...)``; 1 where there is none."""
    network = build_program(document).network
    names = [name for name, _ in network.outputs]
    shape = network.instances[0].outputs[0 if output is None else names.index(output)].shape
    return shape[0] if shape else 1


def find_output(document: Document, name: str | None) -> str | None:
    """The key of the Output node ``name`` in what ``Network`` returns; None where it returns one tensor.

    Raises:
        ValueError: there is no such Output, or there are several and none is named.
    """
    outputs = [node.id for node in document.network.nodes if node.type == "Output"]
    if name is not None and name not in outputs:
        raise ValueError(say("There is no Output `{name}`. There are: {outputs}.", name=name, outputs=listed(outputs)))
    if len(outputs) == 1:
        return None
    if name is None:
        raise ValueError(
            say(
                "The network has several outputs ({outputs}): name the one that the objective is on.",
                outputs=listed(outputs),
            )
        )
    return name


def write_source(path: Path, source: str) -> None:
    """Writes ``source`` so that readers see the old file or the new one, never a part."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(source, encoding="utf-8")
    temporary.replace(path)
