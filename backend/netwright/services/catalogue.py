"""The catalogue of layers, as the palette and the inspector read it."""

from functools import cache

from netwright.language import DEFAULT, any_of, say, spoken
from netwright.layers.base import Layer, LayerParams, Port
from netwright.layers.chinese import in_chinese
from netwright.layers.registry import LAYERS
from netwright.services.catalogue_models import DocumentationRead, LayerRead, PortRead


@cache
def list_layers(language: str = DEFAULT) -> tuple[LayerRead, ...]:
    """Every registered layer type, in the registry's order, documented in ``language``."""
    return tuple(_layer(layer) if language == DEFAULT else _in_chinese(layer) for layer in LAYERS.values())


def _in_chinese(layer: type[Layer[LayerParams]]) -> LayerRead:
    english, said = _layer(layer), in_chinese(layer)
    properties = {
        name: field | {"description": said.params[name], "unit": spoken(say(field["unit"]), "zh")}
        for name, field in english.params_schema.get("properties", {}).items()
    }
    texts = said.model_dump(exclude={"params"})
    return english.model_copy(
        update={
            "documentation": english.documentation.model_copy(update=texts),
            "params_schema": english.params_schema | {"properties": properties},
        }
    )


def _layer(layer: type[Layer[LayerParams]]) -> LayerRead:
    documentation = layer.documentation
    return LayerRead(
        type=layer.type,
        family=layer.family,
        aliases=list(layer.aliases),
        inputs=[_port(port) for port in layer.inputs],
        outputs=[_port(port) for port in layer.outputs],
        params_schema=layer.Params.model_json_schema(),
        documentation=DocumentationRead(
            summary=documentation.summary,
            formula=documentation.formula,
            shape=documentation.shape,
            use_when=documentation.use_when,
            pitfalls=documentation.pitfalls,
            source=documentation.source,
        ),
        can_be_muted=layer.muted_is_identity,
    )


def _port(port: Port) -> PortRead:
    return PortRead(
        name=port.name,
        axes=any_of(port.axes.split(" or ")),
        ranks=None if port.ranks is None else sorted(port.ranks),
        dtypes=sorted(port.dtypes),
        variadic=port.variadic,
        along=sorted(port.along),
        optional=port.optional,
        only_if=port.only_if,
        count_from=port.count_from,
    )
