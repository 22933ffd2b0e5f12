from dataclasses import replace

import numpy as np
import pytest

from actors.domain.errors import ConfigError
from actors.services.embeddings.opening import OPENAI, EmbeddingsSettings, embed_with_first, open_embedder


async def test_where_the_first_embedder_fails_the_next_is_used_and_the_report_is_told(api, embedder):
    class Local:
        model = "local"

        async def embed(self, texts):
            return np.zeros((len(texts), 2), np.float32)

    used, vectors, warnings = await embed_with_first((embedder, Local()), ["one"])
    assert (used, vectors.shape, warnings) == (embedder, (1, 6), ())
    api.script = [(401, "", {})]
    used, vectors, (warning,) = await embed_with_first((embedder, Local()), ["two"])
    assert (used.model, vectors.shape) == ("local", (1, 2))
    assert "vectors are those of local, not of small: embeddings.api_key" in warning


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
