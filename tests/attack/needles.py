"""Finding many byte strings in very many bytes, all at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Owner = TypeVar("Owner", bound=Hashable)

SHORTEST = 8
_CHUNK = 1 << 22
_BITS = 22


def _marks(bytes_: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """A number of 22 bits for the four bytes at each place."""
    size = len(bytes_) - 3
    four = np.zeros(size, dtype=np.uint32)
    for number in range(4):
        four |= bytes_[number : number + size].astype(np.uint32) << np.uint32(8 * number)
    return (four * np.uint32(2654435761)) >> np.uint32(32 - _BITS)


class Needles(Generic[Owner]):
    """Byte strings of at least eight bytes, each with whose it is."""

    def __init__(self, words: Mapping[bytes, Owner]) -> None:
        self._words: dict[bytes, list[tuple[bytes, Owner]]] = {}
        self._may_begin = np.zeros(1 << _BITS, dtype=bool)
        for word, owner in words.items():
            if len(word) < SHORTEST:
                raise ValueError(f"{len(word)} bytes are found everywhere; at least {SHORTEST}")
            self._words.setdefault(word[:SHORTEST], []).append((word, owner))
            self._may_begin[_marks(np.frombuffer(word[:4], dtype=np.uint8))] = True
        self._longest = max(map(len, words), default=SHORTEST)

    def places(self, hay: bytes) -> Iterator[tuple[int, Owner]]:
        """Where they lie, in order."""
        for start in range(0, len(hay), _CHUNK):
            part = hay[start : start + _CHUNK + self._longest]
            if len(part) < SHORTEST:
                break
            begins = np.flatnonzero(self._may_begin[_marks(np.frombuffer(part, dtype=np.uint8))])
            for place in begins[begins < _CHUNK].tolist():
                for word, owner in self._words.get(part[place : place + SHORTEST], ()):
                    if part.startswith(word, place):
                        yield start + place, owner

    def found(self, hay: bytes) -> set[Owner]:
        """Whose lie there at all."""
        return {owner for _, owner in self.places(hay)}
