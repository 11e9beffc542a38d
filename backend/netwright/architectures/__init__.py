"""Ready-made networks, perceptron to ResNet-152: each a document with its paper, its figures, and a training preset."""
