"""The catalogue of layers, as the palette and the inspector read it."""

from functools import cache

from netwright.layers.base import Layer, LayerParams, Port
from netwright.layers.registry import LAYERS
from netwright.services.models import DocumentationRead, LayerRead, PortRead


@cache
def list_layers() -> tuple[LayerRead, ...]:
    """Every registered layer type, in the registry's order."""
    return tuple(_layer(layer) for layer in LAYERS.values())


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
        axes=port.axes,
        ranks=None if port.ranks is None else sorted(port.ranks),
        dtypes=sorted(port.dtypes),
        variadic=port.variadic,
        along=sorted(port.along),
        optional=port.optional,
        only_if=port.only_if,
        count_from=port.count_from,
    )
