"""What all bodies and answers of the HTTP interface share.  Those of each subject (``XCreate``, ``XUpdate``, ``XRead``) are in
``network_models``, ``run_models`` and so on; the TypeScript types are generated from them.  Run events are in
``training.events``, the check's answer in ``compiler.report``."""

from typing import Literal

from pydantic import Field

from netwright.graph.model import Model
from netwright.graph.problems import Problem
from netwright.language import Sentence

Id = str
"""Opaque, 16 characters of ``[a-z0-9]``."""


class ProblemDocument(Model):
    """RFC 9457: the body of every error.  ``type`` is ``about:blank`` or ``/docs/errors#CODE``."""

    type: str = "about:blank"
    title: Sentence
    status: int
    detail: Sentence
    code: str
    problems: list[Problem] = Field(default_factory=list)


class Health(Model):
    status: Literal["ok"] = "ok"
    version: str
