"""Uploads of data: what may come."""

from fastapi import APIRouter, Response

from netwright.data.registry import upload_suffixes
from netwright.server.bodies import ModelRoute
from netwright.server.responses import answer
from netwright.services.datasets_files import MAX_UPLOAD_BYTES
from netwright.services.upload_models import UploadRules

router = APIRouter(prefix="/api/uploads", route_class=ModelRoute, tags=["uploads"])


@router.get("/rules", response_model=UploadRules)
async def read_upload_rules() -> Response:
    """Which files can be uploaded as data."""
    return answer(UploadRules(suffixes=list(upload_suffixes()), max_bytes=MAX_UPLOAD_BYTES))
