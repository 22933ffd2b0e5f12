"""What a call has cost: the server's own count of tokens at the prices of the configuration, or a stated estimate."""

from actors.config import PriceConfig
from actors.domain.job import Spending

BYTES_PER_TOKEN = 3
"""Where a server does not count: prose has four to five bytes a token, so this errs towards more."""

TEMPLATE_TOKENS = 256
"""What a server may add around the messages: its template, and what it says about the schema."""

MILLION = 1_000_000


def estimated_tokens(text: str) -> int:
    """Tokens of a text whose server did not count them: one for three bytes of UTF-8, rounded up."""
    return -(-_bytes(text) // BYTES_PER_TOKEN)


def most_tokens(*texts: str) -> int:
    """More than these texts can have as one prompt: a token is at least a byte of UTF-8."""
    return sum(map(_bytes, texts)) + TEMPLATE_TOKENS


def spending(price: PriceConfig | None, input_tokens: int, output_tokens: int) -> Spending:
    """One call of the model; without a price only its tokens are known."""
    usd = (input_tokens * price.input + output_tokens * price.output) / MILLION if price else 0.0
    return Spending(model_calls=1, input_tokens=input_tokens, output_tokens=output_tokens, usd=usd)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
