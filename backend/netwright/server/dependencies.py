"""What routes ask for."""

from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from netwright.services.models import ProblemDocument
from netwright.services.services import Services


def get_services(connection: HTTPConnection) -> Services:
    services: Services = connection.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]

PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem document (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
}
"""What every route may also answer."""

__all__ = ["PROBLEM_RESPONSES", "ProblemDocument", "ServicesDep"]
