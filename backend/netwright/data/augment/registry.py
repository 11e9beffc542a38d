"""Every augmentation by its name, and lists of them checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from netwright.data.augment.base import Augmentation, Subject, unfit
from netwright.data.augment.colours import ColorJitter, GaussianBlur, RandAugment, RandomGrayscale, TrivialAugmentWide
from netwright.data.augment.inputs import (
    CutMix,
    GaussianNoise,
    MixUp,
    RandomErasing,
    TimeMasking,
    TimeShift,
    TokenDropout,
)
from netwright.data.augment.pictures import (
    RandomAffine,
    RandomCrop,
    RandomHorizontalFlip,
    RandomResizedCrop,
    RandomRotation,
    RandomVerticalFlip,
)
from netwright.data.base import DataError, Kind, Step, parse_options
from netwright.language import listed, say, sized

AUGMENTATIONS: Mapping[str, type[Augmentation]] = {
    augmentation.type: augmentation
    for augmentation in (
        RandomCrop,
        RandomResizedCrop,
        RandomHorizontalFlip,
        RandomVerticalFlip,
        RandomRotation,
        RandomAffine,
        ColorJitter,
        RandomGrayscale,
        GaussianBlur,
        RandAugment,
        TrivialAugmentWide,
        RandomErasing,
        MixUp,
        CutMix,
        GaussianNoise,
        TimeShift,
        TimeMasking,
        TokenDropout,
    )
}
"""Every augmentation by its name, in the order a form lists them."""


def kinds_of(augmentation: type[Augmentation]) -> list[Kind]:
    """The kinds of data that it is for and that there are sources of."""
    return [kind for kind in get_args(Kind) if kind in augmentation.kinds]


Call = tuple[type[Augmentation], Mapping[str, object]]


def parse_augment(steps: Sequence[Step], subject: Subject) -> list[Call]:
    """Each step as (augmentation, the arguments of its function).

    Raises:
        DataError: code ``bad_transform`` or ``bad_option`` with the place of the step in ``step``: it is unknown, takes other
            params, does not fit there, or stands at the wrong place.
    """
    calls: list[Call] = []
    for place, step in enumerate(steps):
        try:
            call = _parse(step, subject, [before for before, _ in calls])
            subject = _after(call, subject)
        except DataError as error:
            error.step = place
            raise
        calls.append(call)
    return calls


def _after(call: Call, subject: Subject) -> Subject:
    """The subject as the next step meets it: a crop may have made the pictures smaller.

    Raises:
        DataError: the network's input would have another shape while training than while validating.
    """
    augmentation, arguments = call
    size = arguments.get("size")
    if not isinstance(size, tuple) or size == subject.raw.shape[1:]:
        return subject
    cropped = replace(subject.raw, shape=(subject.raw.shape[0], *size))
    given, wanted = subject.plan(cropped).shape, subject.ready.shape
    if given != wanted:
        raise unfit(
            augmentation,
            say(
                "pictures would be {given} while training and {wanted} while validating; leave size empty, or put CenterCrop "
                "or Resize with this size into the preprocessing",
                given=sized(given),
                wanted=sized(wanted),
            ),
        )
    return replace(subject, raw=cropped)


def _parse(step: Step, subject: Subject, before: Sequence[type[Augmentation]]) -> Call:
    augmentation = AUGMENTATIONS.get(step.type)
    if augmentation is None:
        raise DataError(
            say(
                "There is no augmentation {type}; there are: {known}.",
                type=step.type,
                known=listed(AUGMENTATIONS),
            ),
            code="bad_transform",
        )
    if subject.raw.kind not in augmentation.kinds:
        fitting = [name for name, each in AUGMENTATIONS.items() if subject.raw.kind in each.kinds]
        raise DataError(
            say(
                "The augmentation {type} is not for this kind of data. There are: {fitting}.",
                type=step.type,
                fitting=listed(fitting),
            )
            if fitting
            else say("There are no augmentations for this kind of data. Remove {type}.", type=step.type),
            code="bad_transform",
        )
    _check_order(augmentation, before)
    _check_masks(augmentation, subject)
    params = parse_options(augmentation.Params, step.params, say("The augmentation {type}", type=step.type))
    return augmentation, augmentation.arguments(params, subject)


def _check_masks(augmentation: type[Augmentation], subject: Subject) -> None:
    """
    Raises:
        DataError: it would move masks, which are kept in the size of the network's input, with pictures of another size.
    """
    if subject.targets != "mask" or augmentation.mask != "moves":
        return
    raw, ready = subject.raw.shape[1:], subject.ready.shape[1:]
    if raw != ready:
        raise unfit(
            augmentation,
            say(
                "masks move with their pictures only where the preprocessing keeps the size, and it makes {ready} of {raw}; "
                "set the size of the pictures in the data set instead",
                ready=sized(ready),
                raw=sized(raw),
            ),
        )


def _check_order(augmentation: type[Augmentation], before: Sequence[type[Augmentation]]) -> None:
    """
    Raises:
        DataError: it works on the raw samples and stands behind one that works on what the preprocessing made of them, or it
            erases or adds noise after samples were mixed.
    """
    late = next((each for each in before if each.stage == "inputs"), None)
    if augmentation.stage == "samples" and late is not None:
        raise DataError(
            say(
                "{type} works on the samples as they come, {late} on what the preprocessing makes of them. Put {type} before "
                "{late}.",
                type=augmentation.type,
                late=late.type,
            ),
            code="bad_transform",
        )
    mixing = next((each for each in before if each.mask == "mixes"), None)
    if augmentation.mask != "mixes" and mixing is not None:
        raise DataError(
            say(
                "{mixing} mixes whole samples and comes last. Put {type} before {mixing}.",
                mixing=mixing.type,
                type=augmentation.type,
            ),
            code="bad_transform",
        )
