"""Which item measures each stage, where a company chose another one of the bank's alternatives."""

from collections.abc import Mapping
from dataclasses import replace

from analysis.stages import Stage
from surveys.bank.items import Item, QuestionBank


def alternatives(bank: QuestionBank, stage: Stage) -> list[Item]:
    """The items by which a stage can be measured: those that are answered on the scale of the one that is.

    Hours beside points would not compare with the weeks before.
    """
    scale = bank.asked_about(stage).scale
    return [item for item in bank.items.values() if item.stage is stage and item.scale is scale]


def measured_by(bank: QuestionBank, chosen: Mapping[Stage, str]) -> QuestionBank:
    """The bank with the chosen items in place of those it comes with.

    Raises:
        ValueError: an item that cannot measure its stage; it says which can.
    """
    for stage, item_id in chosen.items():
        known = [item.id for item in alternatives(bank, stage)]
        if item_id not in known:
            raise ValueError(f"items.{stage.value}: {item_id!r} cannot measure it; write {' or '.join(known)}")
    return QuestionBank(
        [
            replace(item, asked=chosen[item.stage] == item.id) if item.stage in chosen else item
            for item in bank.items.values()
        ]
    )
