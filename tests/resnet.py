"""A ResNet-152 drawn node by node: the document that the check is measured on."""

from netwright.graph.document import Block, Document, Edge, Node, Position

STAGES = ((64, 3, 1), (128, 8, 2), (256, 36, 2), (512, 3, 2))
"""Width, bottlenecks and first stride of each stage, as in He et al. 2016."""


def resnet152() -> Document:
    """516 nodes without a block, 565 edges, 60,192,808 parameters for 1,000 classes."""
    block = Block()
    view: dict[str, Position] = {}

    def add(node_id: str, type_name: str, *sources: str, **params: object) -> str:
        block.nodes.append(Node.model_validate({"id": node_id, "type": type_name, "params": params}))
        block.edges.extend(Edge(source=source, target=node_id) for source in sources)
        view[node_id] = (340.0 * len(view), 0.0)
        return node_id

    def convolve(name: str, source: str, channels: int, kernel: int, stride: int = 1) -> str:
        padding = {"padding": kernel // 2} if kernel > 1 else {}
        step = {"stride": stride} if stride > 1 else {}
        conv = add(
            f"{name}_conv", "Conv2d", source, out_channels=channels, kernel_size=kernel, bias=False, **step, **padding
        )
        return add(f"{name}_norm", "BatchNorm2d", conv)

    x = convolve("stem", add("image", "Input", shape=[3, 224, 224]), 64, 7, 2)
    x = add("stem_act", "ReLU", x)
    x = add("stem_pool", "MaxPool2d", x, kernel_size=3, stride=2, padding=1)
    for stage, (width, depth, first_stride) in enumerate(STAGES, start=1):
        for number in range(depth):
            name = f"stage{stage}_{number}"
            stride = first_stride if number == 0 else 1
            skip = convolve(f"{name}_skip", x, 4 * width, 1, stride) if number == 0 else x
            y = add(f"{name}_a_act", "ReLU", convolve(f"{name}_a", x, width, 1))
            y = add(f"{name}_b_act", "ReLU", convolve(f"{name}_b", y, width, 3, stride))
            y = convolve(f"{name}_c", y, 4 * width, 1)
            x = add(f"{name}_act", "ReLU", add(f"{name}_sum", "Add", y, skip))
    x = add("flat", "Flatten", add("pool", "AdaptiveAvgPool2d", x, output_size=1))
    add("scores", "Output", add("head", "Linear", x, out_features=1000))
    return Document(name="ResNet-152", network=block, view={"network": view})
