"""A small version of every attack; `make attack` runs them at length."""

from __future__ import annotations

import pytest

from tests.attack.__main__ import attacks
from tests.attack.attack import Attack, Effort, unseen
from tests.postgres import NoPostgresError


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name.replace(" ", "-"))
def test_the_promise_holds(attack: Attack) -> None:
    try:
        outcome = attack.run(Effort.SMALL, unseen)
    except NoPostgresError as problem:
        pytest.skip(str(problem))
    assert outcome.held, f"{attack.name}: {outcome.found}"
