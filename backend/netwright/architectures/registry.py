"""Every ready-made network by its id, in the order of the gallery."""

from collections.abc import Mapping
from types import MappingProxyType

from netwright.architectures.attention import ATTENTION
from netwright.architectures.base import Architecture
from netwright.architectures.basics import BASICS
from netwright.architectures.cifar import CIFAR_NETWORKS
from netwright.architectures.convolutional import CONVOLUTIONAL
from netwright.architectures.googlenet import GOOGLENET
from netwright.architectures.graph import GRAPHS
from netwright.architectures.lessons import LESSONS
from netwright.architectures.pictures import PICTURES
from netwright.architectures.recurrent import RECURRENT
from netwright.architectures.resnet import RESNET
from netwright.architectures.vgg import VGG

_ALL: tuple[Architecture, ...] = (
    *BASICS,
    *CONVOLUTIONAL,
    *VGG,
    *LESSONS,
    *GOOGLENET,
    *RESNET,
    *CIFAR_NETWORKS,
    *RECURRENT,
    *ATTENTION,
    *GRAPHS,
    *PICTURES,
)

STARTERS = ("perceptron", "cnn_digits", "lenet5", "resnet18")
"""What the empty list of networks offers: from the smallest to one that everybody knows, the first two with data at hand."""

EXAMPLE = "cnn_digits"
"""What a first visit finds: small enough to train in a minute on a CPU, on data that the project brings."""

ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType({each.id: each for each in _ALL})
