"""All services of a server, wired once."""

from netwright.services.networks import NetworkService
from netwright.settings import Settings
from netwright.store.store import Store


class Services:
    """What the routes reach.  :meth:`start` before the first request, :meth:`close` after the last."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = Store(settings.url_of_database)
        self.networks = NetworkService(self.store)

    async def start(self) -> None:
        await self.networks.start()

    async def close(self) -> None:
        self.store.close()
