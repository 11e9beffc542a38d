"""The experiments of the gallery: listed, and started as a group of runs."""

from netwright.architectures.base import LANGUAGES, Chapter
from netwright.architectures.experiments import EXPERIMENTS, Experiment, Size
from netwright.graph.model import Model
from netwright.language import current_language, say
from netwright.services.errors import ServiceError
from netwright.services.models import Id
from netwright.services.runs import RunService
from netwright.training.config import TrainingConfig


class ExperimentRead(Model):
    """A card of the gallery's experiments.  Texts are by language (``en``, ``zh``)."""

    id: str
    chapter: Chapter
    size: Size
    name: dict[str, str]
    summary: dict[str, str]
    watch: dict[str, str]
    """What to look for in the curves."""
    runs: dict[str, list[str]]
    """The names of its runs."""
    data_source: str


class ExperimentStarted(Model):
    """The runs in the order of the experiment; all carry ``tag``."""

    tag: str
    runs: list[Id]


def list_experiments() -> tuple[ExperimentRead, ...]:
    return tuple(_read(each) for each in EXPERIMENTS.values())


def _read(experiment: Experiment) -> ExperimentRead:
    words = {language: experiment.words(language) for language in LANGUAGES}
    return ExperimentRead(
        id=experiment.id,
        chapter=experiment.chapter,
        size=experiment.size,
        name={language: said["name"] for language, said in words.items()},
        summary={language: said["summary"] for language, said in words.items()},
        watch={language: said["watch"] for language, said in words.items()},
        runs={language: list(said["runs"].values()) for language, said in words.items()},
        data_source=experiment.source,
    )


class ExperimentService:
    def __init__(self, runs: RunService) -> None:
        self._runs = runs

    async def start(self, experiment_id: str) -> ExperimentStarted:
        """Makes the networks and puts a run of each on the queue, tagged with the experiment's name; all of it or nothing.

        Raises:
            ServiceError: ``not_found``; ``invalid_run``, its data is not there yet.
        """
        experiment = EXPERIMENTS.get(experiment_id)
        if experiment is None:
            raise ServiceError("not_found", say("There is no experiment at this address. The gallery lists all."))
        language = current_language()
        tag = experiment.words(language)["name"]
        documents = list(experiment.build(language).values())
        try:
            runs = await self._runs.create_group(documents, TrainingConfig.model_validate(experiment.training), tag)
        except ServiceError as error:
            if not error.problems:
                raise
            first = next(each for each in error.problems if each.severity == "error")
            raise ServiceError(
                error.code, say("This experiment cannot start: {first}", first=first.message), error.problems
            ) from error
        return ExperimentStarted(tag=tag, runs=runs)
