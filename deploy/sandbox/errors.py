"""What Slack answers when it refuses."""

from __future__ import annotations

from typing import Any


class SlackError(Exception):
    """A Web API refusal: Slack's error code, and what Slack adds beside it."""

    def __init__(self, code: str, *messages: str, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(code if not messages else f"{code}: {'; '.join(messages)}")
        self.code = code
        self.messages = list(messages)
        self.retry_after = retry_after
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON that Slack sends for this refusal."""
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
            if self.code == "invalid_blocks":
                answer["errors"] = list(self.messages)
        return answer


class ActError(LookupError):
    """A person tried what their client would not let them do, such as pressing what is not drawn."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
