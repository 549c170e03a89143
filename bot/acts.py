"""Acts of the machine: every command and every job names the one it does, and the table says whether it may."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from surveys.errors import OrgpulseError
from surveys.people.rights import Act, Party, permits

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class NotForThisParty(OrgpulseError):
    """This is not open to the {party} ({act}). Who may do what stands in surveys/people/rights.py."""


def does(
    act: Act, *, by: Party = Party.OPERATOR
) -> Callable[[Callable[_Arguments, _Result]], Callable[_Arguments, _Result]]:
    """Let a command or a job say which act it does, as `act` of the function; refused when the table has no right.

    Args:
        act: what it does.
        by: who does it, the operator at the command line or the clock.

    Raises:
        NotForThisParty: when it is called, and `by` may not do it.
    """

    def named(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        @functools.wraps(function)
        def permitted(*args: _Arguments.args, **options: _Arguments.kwargs) -> _Result:
            if not permits(by, act):
                raise NotForThisParty(party=by.value, act=act.value)
            return function(*args, **options)

        permitted.act = act  # type: ignore[attr-defined]
        return permitted

    return named
