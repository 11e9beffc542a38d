"""The catalogue: a layer type is one class.

Shape legend, used in every docstring and printed on the page:
``N`` batch, ``C`` channels, ``D H W`` depth, height and width of a picture, ``L`` length, ``T`` sequence steps, ``F`` features,
``V`` vertices, ``E`` edges, ``*`` any number of axes.
"""
