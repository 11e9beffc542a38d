"""The experiments of the gallery: listed, and started as a group of runs."""

from netwright.architectures.base import LANGUAGES, Chapter
from netwright.architectures.experiments import EXPERIMENTS, Experiment, Size
from netwright.graph.document import Document
from netwright.graph.model import Model
from netwright.language import current_language, say
from netwright.services.datasets import DatasetService
from netwright.services.errors import ServiceError
from netwright.services.models import Id, RunCreate, RunUpdate
from netwright.services.networks import NetworkService
from netwright.services.runs import RunService
from netwright.services.training import check_all
from netwright.services.weights import WeightsService
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
    def __init__(
        self, networks: NetworkService, datasets: DatasetService, weights: WeightsService, runs: RunService
    ) -> None:
        self._networks, self._datasets, self._weights, self._runs = networks, datasets, weights, runs

    async def start(self, experiment_id: str) -> ExperimentStarted:
        """Makes the networks, puts a run of each on the queue and tags them.  Nothing is made where one of them cannot train.

        Raises:
            ServiceError: ``not_found``; ``invalid_run``, its data is not there yet.
        """
        experiment = EXPERIMENTS.get(experiment_id)
        if experiment is None:
            raise ServiceError("not_found", say("There is no experiment at this address. The gallery lists all."))
        language = current_language()
        documents = experiment.build(language if language in LANGUAGES else "en")
        training = TrainingConfig.model_validate(experiment.training)
        for document in documents.values():
            await self._demand(document, training)
        tag = experiment.words(language if language in LANGUAGES else "en")["name"]
        started = []
        for document in documents.values():
            network = await self._networks.create(document)
            run = await self._runs.create(RunCreate(network_id=network.id, training=training))
            await self._runs.update(run.id, RunUpdate(tags=[tag]))
            started.append(run.id)
        return ExperimentStarted(tag=tag, runs=started)

    async def _demand(self, document: Document, training: TrainingConfig) -> None:
        checked = await check_all(document, training, self._datasets, self._weights)
        errors = [problem for problem in checked.problems if problem.severity == "error"]
        if errors:
            raise ServiceError(
                "invalid_run",
                say("This experiment cannot start: {first}", first=errors[0].message),
                checked.problems,
            )
