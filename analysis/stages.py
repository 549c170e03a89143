"""The seven stages of the trust-loss cycle, in the order in which each feeds the next."""

from enum import StrEnum


class Stage(StrEnum):
    """A stage of the trust-loss cycle; the value is the code name used everywhere."""

    TARGETS = "targets"
    TRUST = "trust"
    CANDOR = "candor"
    OVERLAY = "overlay"
    FRICTION = "friction"
    CUSTOMER = "customer"
    EFFICIENCY = "efficiency"

    @property
    def position(self) -> int:
        """Place on the wheel, 0 to 6; stage 6 feeds stage 0."""
        return _POSITION[self]

    @property
    def next(self) -> "Stage":
        """The stage that this one feeds."""
        return WHEEL[(self.position + 1) % len(WHEEL)]

    @property
    def previous(self) -> "Stage":
        """The stage that feeds this one."""
        return WHEEL[self.position - 1]


WHEEL: tuple[Stage, ...] = tuple(Stage)
_POSITION = {stage: place for place, stage in enumerate(WHEEL)}
CORE: tuple[Stage, ...] = (Stage.TRUST, Stage.OVERLAY, Stage.FRICTION)
ROTATING: tuple[Stage, ...] = tuple(stage for stage in WHEEL if stage not in CORE)
