"""Pictures that blocks take from uploaded files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.sandbox.blocks.rules import Problems, problem
from deploy.sandbox.state.records import File, Json


def unknown_pictures(blocks: list[Json], files: Mapping[str, File], at: str) -> Problems:
    """What is wrong with the ``slack_file`` references: each must be a finished upload of a picture."""
    problems: Problems = []
    for place, reference in _references(blocks, at):
        file = file_of(reference, files)
        if file is None or not file.completed or not file.mimetype.startswith("image/"):
            problem(problems, "invalid slack file", place)
    return problems


def file_of(reference: Json, files: Mapping[str, File]) -> File | None:
    """The file that a ``slack_file`` object names, by id or by its address."""
    if "id" in reference:
        return files.get(str(reference["id"]))
    parts = str(reference.get("url", "")).split("/files/")
    return files.get(parts[-1].split("/")[0]) if len(parts) > 1 else None


def with_addresses(part: Any, files: Mapping[str, File]) -> Any:
    """Blocks whose ``slack_file`` pictures have an ``image_url`` that a browser can load."""
    if isinstance(part, list):
        return [with_addresses(item, files) for item in part]
    if not isinstance(part, dict):
        return part
    shown = {key: with_addresses(value, files) for key, value in part.items()}
    if isinstance(reference := part.get("slack_file"), dict):
        file = file_of(reference, files)
        shown["image_url"] = f"/files/{file.id}/{file.name}" if file else ""
    return shown


def _references(part: Any, at: str) -> Iterator[tuple[str, Json]]:
    if isinstance(part, list):
        for index, item in enumerate(part):
            yield from _references(item, f"{at}/{index}")
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "slack_file" and isinstance(value, dict):
                yield f"{at}/{key}", value
            elif isinstance(value, dict | list):
                yield from _references(value, f"{at}/{key}")
