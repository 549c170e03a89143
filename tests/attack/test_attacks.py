"""A small version of every attack; `make attack` runs them at length."""

from __future__ import annotations

import pytest

from tests.attack.__main__ import attacks
from tests.attack.attack import Attack, Effort, unseen


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name.replace(" ", "-"))
def test_the_promise_holds(attack: Attack) -> None:
    outcome = attack.run(Effort.SMALL, unseen)
    assert outcome.held, f"{attack.name}: {outcome.found}"
