"""The gallery of ready-made networks.  Nothing here loads torch: figures are written down beside the drawings."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache

from netwright.architectures.base import LANGUAGES, Architecture, Words
from netwright.architectures.followers import gallery_followers
from netwright.architectures.registry import ARCHITECTURES, EXAMPLE, STARTERS
from netwright.graph.document import Document
from netwright.language import language_of, say
from netwright.services.architecture_models import (
    ArchitectureRead,
    ArchitectureSummary,
    ExampleRead,
    FollowersRead,
    PaperRead,
    PublishedRead,
    SweepRead,
)
from netwright.services.errors import ServiceError
from netwright.services.outline import build_outline


@cache
def list_architectures() -> tuple[ArchitectureSummary, ...]:
    """Every ready-made network, in the gallery's order."""
    return tuple(_summary(each) for each in ARCHITECTURES.values())


@cache
def read_followers() -> FollowersRead:
    """What usually follows what, counted in the ready-made networks."""
    return FollowersRead(followers={before: dict(after) for before, after in gallery_followers().items()})


def read_architecture(architecture_id: str) -> ArchitectureRead:
    """One with its document and what there is to look at.

    Raises:
        ServiceError: ``not_found``.
    """
    architecture = ARCHITECTURES.get(architecture_id)
    if architecture is None:
        raise ServiceError("not_found", say("There is no ready-made network at this address. The gallery lists all."))
    words = {language: architecture.words(language) for language in LANGUAGES}
    document = architecture.build()
    return ArchitectureRead(
        **dict(_summary(architecture)),
        look={language: list(said.look) for language, said in words.items()},
        data={language: said.data for language, said in words.items()},
        published=_published(architecture, words),
        example=_example(architecture),
        sweep=_sweep(architecture),
        block_outlines={name: build_outline(document, name) for name in document.blocks},
        document=document,
    )


def build_example(language: str) -> Document:
    """The network that a first visit finds, ready to be trained; its name is in ``language``, as browsers write languages."""
    example = ARCHITECTURES[EXAMPLE]
    return example.build().model_copy(update={"name": example.words(language_of(language)).name})


def _summary(architecture: Architecture) -> ArchitectureSummary:
    figures, paper = architecture.figures, architecture.paper
    words = {language: architecture.words(language) for language in LANGUAGES}
    return ArchitectureSummary(
        id=architecture.id,
        name={language: said.name for language, said in words.items()},
        family=architecture.family,
        chapter=architecture.chapter,
        task=architecture.task,
        paper=PaperRead(citation=paper.citation, year=paper.year, url=paper.url),
        summary={language: said.summary for language, said in words.items()},
        parameters=figures.parameters,
        macs=figures.macs,
        inputs={name: list(shape) for name, shape in figures.inputs.items()},
        outputs={name: list(shape) for name, shape in figures.outputs.items()},
        data_source=architecture.preset.source,
        is_starter=architecture.id in STARTERS,
        outline=build_outline(architecture.build()),
    )


def _published(architecture: Architecture, words: Mapping[str, Words]) -> PublishedRead | None:
    published = architecture.published
    if published is None:
        return None
    source = {language: said.source for language, said in words.items() if said.source is not None}
    return PublishedRead(source=source, parameters=published.parameters, gmacs=published.gmacs)


def _example(architecture: Architecture) -> ExampleRead | None:
    example = architecture.example
    if example is None:
        return None
    # JSON knows no tuples, and the models are strict.
    return ExampleRead.model_validate_json(json.dumps(asdict(example)))


def _sweep(architecture: Architecture) -> SweepRead | None:
    sweep = architecture.sweep
    if sweep is None:
        return None
    nodes = {name: list(row) for name, row in architecture.figures.sweep.items()}
    return SweepRead(parameter=sweep.parameter, values=list(sweep.values), nodes=nodes)
