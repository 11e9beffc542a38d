"""``python -m netwright.server.openapi``: writes ``openapi.json`` beside this file, always the same for the same code."""

import json
from pathlib import Path
from typing import Any

from netwright.services.models import ProblemDocument

TARGET = Path(__file__).with_name("openapi.json")


def add_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Puts the problem document, which every route may answer, among the schemas, and takes FastAPI's own errors out."""
    schemas = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    own = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, definition in own.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    schemas["ProblemDocument"] = own
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    return schema


def main() -> None:
    """Writes the file."""
    from netwright.server.app import describe_app

    TARGET.write_text(json.dumps(describe_app().openapi(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
