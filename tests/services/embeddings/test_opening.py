from dataclasses import replace

import pytest

from actors.domain.errors import ConfigError
from actors.services.embeddings.opening import OPENAI, EmbeddingsSettings, open_embedder


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": ""}, r"embeddings\.model"),
        ({"base_url": "", "api_key": ""}, r"embeddings\.api_key"),
        ({"base_url": "http://[1"}, r"embeddings\.base_url"),
    ],
)
async def test_settings_that_cannot_work_stop_the_start_by_name(changes, told):
    settings = replace(EmbeddingsSettings("openai", "small", "", "k"), **changes)
    with pytest.raises(ConfigError, match=told):
        async with open_embedder(settings, None, None):
            pass


async def test_without_an_address_it_is_openai_that_is_asked():
    async with open_embedder(EmbeddingsSettings("openai", "small", api_key="k"), None, None) as embedder:
        assert str(embedder.endpoint.url) == f"{OPENAI}/embeddings"
