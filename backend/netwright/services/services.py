"""All services of a server, wired once."""

import asyncio

from netwright.executors.base import Executor
from netwright.services.blocks import BlockService
from netwright.services.branches import BranchService
from netwright.services.checkpoints import CheckpointService
from netwright.services.curves import CurveService
from netwright.services.datasets import DatasetService
from netwright.services.experiments import ExperimentService
from netwright.services.exports import ExportService
from netwright.services.hub import Hub
from netwright.services.imports import ImportService
from netwright.services.networks import NetworkService
from netwright.services.preflight import PreflightService
from netwright.services.queue import QueueService
from netwright.services.rate_finder import RateFinderService
from netwright.services.runs import RunService
from netwright.services.scheduler import Scheduler, Timing
from netwright.services.steps import StepsService
from netwright.services.times import TimesService
from netwright.services.trials import TrialService
from netwright.services.uploads import UploadService
from netwright.services.webhook import Webhook
from netwright.services.weights import WeightsService
from netwright.services.workspace import WorkspaceService
from netwright.settings import Settings
from netwright.store.runs import list_unfinished
from netwright.store.store import Store


class Services:
    """What the routes reach.  :meth:`start` before the first request, :meth:`close` after the last.

    Raises:
        DatabaseUnusableError: as the store.
    """

    def __init__(self, settings: Settings, executor: Executor, timing: Timing | None = None) -> None:
        self.settings = settings
        self.store = Store(settings.url_of_database)
        self.hub = Hub(self.store)
        self.hub.webhook = Webhook(settings.webhook) if settings.webhook else None
        self.networks = NetworkService(self.store, settings.language if settings.has_example else None)
        self.blocks = BlockService(self.store)
        self.datasets = DatasetService(self.store, settings.home)
        self.uploads = UploadService(self.datasets, settings.home)
        self.steps = StepsService(self.datasets)
        self.scheduler = Scheduler(
            self.store,
            self.hub,
            executor,
            settings.runs_folder,
            settings.server_file,
            timing=timing,
            end_seconds=settings.seconds_for_workers,
        )
        self.exports = ExportService(settings.exports_folder)
        self.weights = WeightsService(self.store, settings.home / "weights", settings.runs_folder)
        self.imports = ImportService(self.store, self.networks, self.weights, settings.home)
        self.runs = RunService(
            self.store,
            self.hub,
            self.scheduler,
            self.networks,
            self.datasets,
            self.exports,
            self.weights,
            settings.runs_folder,
        )
        self.experiments = ExperimentService(self.runs)
        self.queue = QueueService(self.store, self.scheduler)
        self.preflight = PreflightService(
            self.store, executor, self.datasets, self.weights, settings.home / "preflight"
        )
        self.rate_finder = RateFinderService(executor, self.datasets, self.weights, settings.home / "rates")
        self.branches = BranchService(self.store, self.runs, settings.runs_folder)
        self.checkpoints = CheckpointService(self.store, settings.runs_folder, self.exports)
        self.workspace = WorkspaceService(self.store, self.datasets, self.weights, settings.home, settings.runs_folder)
        self.curves = CurveService(self.store, self.hub, settings.home)
        self.times = TimesService(self.store)
        self.trials = TrialService(self.checkpoints, settings.home / "trials")

    async def start(self) -> None:
        await self.networks.start()
        await self.blocks.start()
        await self.datasets.start()
        await self.uploads.start()
        await self.exports.start()
        await self.weights.start()
        await self.imports.start()
        await self.preflight.start()
        await self.workspace.start()
        await self.curves.start()
        await self.rate_finder.start()
        await self.trials.start()
        if self.hub.webhook is not None:
            self.hub.webhook.start(await self.store.read(list_unfinished))
        await self.scheduler.start()

    async def close(self) -> None:
        await self.rate_finder.close()
        await self.scheduler.close()
        await self.exports.close()
        await self.trials.close()
        if self.hub.webhook is not None:
            await self.hub.webhook.close()
        await self.datasets.close()
        await asyncio.to_thread(self.store.close)
