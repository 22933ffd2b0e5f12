"""Commands that are asked for in one turn of the event loop travel together."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from actors.store.redis.gathering import Gathering
from actors.store.redis.wire import Argument, Client, Command, exchange

MOST = 500
"""How many commands travel together at most."""


@dataclass(slots=True)
class Pipe:
    """Asks a server; answers come as RESP2 has them, a batch of them within `seconds`."""

    redis: Client
    seconds: float = 5.0
    _gathering: Gathering[Command] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is under way yet."""
        self._gathering = Gathering(self.exchange, MOST)

    async def exchange(self, commands: list[Command]) -> list[Any]:
        """The answers to these commands, errors among them, in a round trip of their own."""
        return await exchange(self.redis, commands, seconds=self.seconds)

    def ask(self, *command: Argument) -> Coroutine[Any, Any, Any]:
        """The server's answer to a command.

        Cancelled, the command may be carried out all the same.

        Raises:
            StoreUnavailableError: the server does not answer, or takes no writes.
            ResponseError: the command is wrong, or a script the server does not know.
        """
        return self._gathering.ask(command)
