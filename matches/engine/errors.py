"""What can go wrong in the engine: the game's fault, the declaration's, the log's."""


class EngineError(Exception):
    """Base of the engine's errors."""


class GameFault(EngineError):
    """The rules raised, ran too long, or gave something impossible; the match stands as before the step.

    The host then steps in an `Ended("broken")`. `cause` is what was raised, for the log; its text is never
    for a client.
    """

    def __init__(self, text: str, cause: BaseException | None = None) -> None:
        super().__init__(text)
        self.cause = cause


class StepTimeout(BaseException):
    """Raised into a running step by the host's timer. Not an `Exception`, so that no rule swallows it."""


class DeclarationError(EngineError):
    """A game's declaration cannot be hosted; the text says what to change."""


class LifecycleError(EngineError):
    """A transition that the table does not have: a bug of the engine."""


class ReplayError(EngineError):
    """The log does not fit the match: a gap, another setup, or another hash than was recorded."""


class WrongVersion(EngineError):
    """This node has another version of the game than the match was made with."""
