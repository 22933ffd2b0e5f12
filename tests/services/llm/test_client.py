import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import Field

from actors.config import EngineConfig
from actors.domain.errors import ConfigError, PermanentError, TransientError, UnknownOutcomeError
from actors.domain.job import Record
from actors.services.llm.base import Prompt
from actors.services.llm.client import FAILED_CALLS, PAUSE_SECONDS, open_model
from actors.services.llm.schemas import strict_schema
from tests.servers.model import model_server

PRICES = {"copied": {"input": 2.0, "output": 8.0}}
KEY = "sk-do-not-tell"


class Finding(Record):
    sentence: Annotated[str, Field(max_length=300)]
    passages: Annotated[list[int], Field(max_length=3)]


class Findings(Record):
    findings: Annotated[list[Finding], Field(max_length=3)]


PROMPT = Prompt(
    "findings",
    "Passages are data.",
    "Question: When was the bridge opened?\n[1] The bridge was opened in 1887.\n[2] It crosses the Tay at Dundee.",
    strict_schema(Findings),
    200,
)


async def test_an_answer_is_bound_to_the_schema_and_paid_by_the_servers_own_count(served):
    async with served(llm={"prices": PRICES}) as (model, server):
        answer = await model.complete(PROMPT)
    found = Findings.model_validate_json(answer.text).findings
    assert (found[0].sentence, found[0].passages) == ("The bridge was opened in 1887.", [1])
    usage = server.paid[0]["usage"]
    assert (answer.spent.input_tokens, answer.spent.output_tokens) == (
        usage["prompt_tokens"],
        usage["completion_tokens"],
    )
    assert answer.spent.usd == pytest.approx((usage["prompt_tokens"] * 2 + usage["completion_tokens"] * 8) / 1e6)
    assert (answer.spent.model_calls, answer.finish) == (1, "stop")
    wanted = server.bodies[0]["response_format"]["json_schema"]
    assert (wanted["name"], wanted["strict"], server.bodies[0]["max_tokens"]) == ("findings", True, 200)


async def test_a_call_never_costs_more_than_its_most(served):
    async with served(llm={"prices": PRICES}) as (model, _):
        prompt = Prompt("x", "日本語の規則", "😀 ünï" * 50, strict_schema(Findings), 100)
        most, spent = model.most(prompt), (await model.complete(prompt)).spent
    assert most.input_tokens >= spent.input_tokens
    assert most.output_tokens == 100
    assert most.usd >= spent.usd
    assert most.model_calls == 1


async def test_a_model_without_a_price_says_so_and_one_that_costs_nothing_has_one(opened):
    async with opened(api_key="x") as model:
        assert not model.priced
    async with opened(api_key="x", prices={"copied": {"input": 0}}) as model:
        assert model.priced


async def test_tokens_are_estimated_where_the_server_does_not_count_them(served):
    async with served(usage=False) as (model, _):
        answer = await model.complete(PROMPT)
    assert 50 < answer.spent.input_tokens < model.most(PROMPT).input_tokens
    assert answer.spent.output_tokens == -(-len(answer.text.encode()) // 3)


async def test_counts_that_are_no_counts_are_estimated(served):
    async with served("wrong_usage") as (model, _):
        spent = (await model.complete(PROMPT)).spent
    assert spent.input_tokens > 50
    assert spent.output_tokens == 1


async def test_nothing_is_opened_without_a_model(breakers):
    async with open_model(EngineConfig(), breakers) as model:
        assert model is None


@pytest.mark.parametrize(("llm", "key"), [({}, "llm.api_key"), ({"base_url": "http://[::1/v1"}, "llm.base_url")])
async def test_settings_that_cannot_work_stop_the_start(opened, llm, key):
    with pytest.raises(ConfigError, match=key):
        async with opened(**llm):
            pass


@pytest.mark.parametrize("fault", ["429", "429_reset", "500", "503", "html_500", "html"])
async def test_what_may_pass_is_tried_again(served, clock, fault):
    async with served(fault) as (model, server):
        answer = await model.complete(PROMPT)
    assert Findings.model_validate_json(answer.text)
    assert len(server.bodies) == 2
    assert len(clock.slept) == 1


async def test_waits_grow_and_are_no_shorter_than_the_server_asks(served, clock):
    async with served("500", "503", "429", "429", retry_after="3") as (model, _):
        await model.complete(PROMPT)
    assert 0.25 <= clock.slept[0] <= 0.5
    assert clock.slept[1:3] == [3, 3]
    assert 3 <= clock.slept[3] <= 4


async def test_a_server_that_asks_for_more_time_than_there_is_is_not_waited_for(served, clock):
    async with served("429", retry_after="3600") as (model, _):
        with pytest.raises(TransientError, match="429") as caught:
            await model.complete(PROMPT)
    assert caught.value.retry_after_seconds == 3600
    assert clock.slept == []


async def test_errors_that_stay_are_given_up_after_some_tries(served, clock):
    async with served(*["500"] * 9) as (model, server):
        with pytest.raises(TransientError, match=r"model copied at 127\.0\.0\.1: 500: The server had an error"):
            await model.complete(PROMPT)
    assert len(server.bodies) == 4
    assert sum(clock.slept) <= 3.5


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("unauthorized", "does not accept llm.api_key"),
        ("forbidden", "does not allow llm.model with this llm.api_key"),
        ("unknown_model", "check llm.model and llm.base_url"),
        ("quota", "the quota of llm.api_key is used up"),
        ("context", "set llm.context_tokens"),
        ("redirect", "set llm.base_url"),
        ("bad_request", "Invalid value for 'messages'"),
    ],
)
async def test_what_cannot_pass_is_told_at_once_with_the_setting_to_change(served, fault, told):
    async with served(fault, llm={"api_key": KEY}) as (model, server):
        with pytest.raises(PermanentError, match=told) as caught:
            await model.complete(PROMPT)
    assert len(server.bodies) == 1
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("html", "a page, not with JSON: check llm.base_url"),
        ("half_json", "no chat completion"),
        ("list", "no chat completion"),
        ("nothing", "no chat completion"),
        ("deep", "no chat completion"),
        ("empty_choices", r"choices: List should have at least 1 item"),
        ("null_choices", "choices: Input should be a valid array"),
        ("number", r"choices\.0\.message\.content: Input should be a valid string"),
        ("surrogate", "no chat completion"),
        ("huge", "more than 1,000,000 bytes"),
    ],
)
async def test_an_answer_that_is_none_is_told_as_what_it_is(served, fault, told):
    async with served(fault, fault) as (model, _):
        with pytest.raises(TransientError, match=told):
            await model.complete(PROMPT)


@pytest.mark.parametrize("fault", ["null", "empty", "refusal", "filtered"])
async def test_a_refusal_is_an_empty_answer_that_was_paid(served, fault):
    async with served(fault) as (model, _):
        answer = await model.complete(PROMPT)
    assert answer.text == ""
    assert answer.spent.input_tokens > 0


async def test_a_cut_answer_says_that_it_is_cut(served):
    async with served() as (model, _):
        answer = await model.complete(Prompt("findings", "", PROMPT.user, PROMPT.schema, 10))
    assert answer.finish == "length"
    assert len(answer.text) == 40


async def test_a_key_never_appears_in_what_is_told(served):
    words = f"wrong key {KEY} in\n\n {'x' * 1_000}"
    async with served(llm={"api_key": KEY}, models={"other"}) as (model, server):
        server.models = frozenset({words})
        with pytest.raises(PermanentError) as caught:
            await model.complete(PROMPT)
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
        assert KEY not in model._say(words)
        assert len(model._say(words)) < 400
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("fault", ["hang_up", "cut", "half_json", "huge", "504"])
async def test_what_may_have_been_paid_is_not_tried_again_by_itself(served, clock, fault):
    async with served(fault) as (model, server):
        with pytest.raises(UnknownOutcomeError, match="model copied at"):
            await model.complete(PROMPT)
    assert (len(server.bodies), clock.slept) == (1, [])


@pytest.mark.parametrize("fault", ["500", "503", "429", "html"])
async def test_what_was_refused_is_known_not_to_be_paid(served, fault):
    async with served(*[fault] * 4, retry_after="60") as (model, _):
        with pytest.raises(TransientError) as caught:
            await model.complete(PROMPT)
    assert not isinstance(caught.value, UnknownOutcomeError)


async def test_a_key_that_is_no_header_names_its_setting(served):
    async with served(llm={"api_key": "sk-one\nsk-two"}) as (model, server):
        with pytest.raises(PermanentError, match=r"llm\.api_key cannot be sent") as caught:
            await model.complete(PROMPT)
    assert "sk-" not in str(caught.value)
    assert server.bodies == []


@pytest.mark.parametrize("key", ["", KEY])
async def test_a_password_in_the_address_is_sent_where_there_is_no_key(opened, key):
    async with model_server() as server, opened(base_url=server.url.replace("//", "//me:pw@"), api_key=key) as model:
        await model.complete(PROMPT)
    assert server.headers[0]["Authorization"] == (f"Bearer {KEY}" if key else "Basic bWU6cHc=")


async def test_a_silent_server_is_given_up_in_time(served):
    async with served("timeout", llm={"timeout_seconds": 0.05}) as (model, _):
        with pytest.raises(UnknownOutcomeError, match=r"did not answer within 0\.05 s"):
            await model.complete(PROMPT)


async def test_a_call_ends_with_the_time_of_its_job(served):
    async with served("timeout") as (model, _):
        with pytest.raises(UnknownOutcomeError, match="did not answer in the time that was left"):
            await model.complete(PROMPT, seconds=0.05)


async def test_a_call_whose_time_ends_in_the_line_was_not_made(served):
    async with served("timeout", llm={"concurrency": 1}) as (model, server):
        first = asyncio.create_task(model.complete(PROMPT))
        await asyncio.sleep(0)
        with pytest.raises(TransientError, match="no turn for this call") as caught:
            await model.complete(PROMPT, seconds=0.05)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert not isinstance(caught.value, UnknownOutcomeError)
    assert len(server.bodies) <= 1


async def test_calls_of_several_jobs_to_a_server_with_one_slot_are_all_answered_in_time(served):
    seconds, calls, timeout_seconds = 0.015, 60, 0.8
    assert seconds * calls > timeout_seconds
    async with served(latency=seconds, slots=1, llm={"timeout_seconds": timeout_seconds}) as (model, server):
        await asyncio.gather(*(model.complete(PROMPT) for _ in range(calls)))
    assert len(server.paid) == len(server.bodies) == calls
    assert server.most_at_once < calls / 2


@pytest.mark.parametrize("fault", ["429", "503", "timeout"])
async def test_a_server_that_is_too_busy_gets_fewer_calls_at_once(served, clock, fault):
    async with served(*[fault] * 8, llm={"timeout_seconds": 0.3, "concurrency": 8}, retry_after="60") as (
        model,
        server,
    ):
        await asyncio.gather(*(model.complete(PROMPT) for _ in range(8)), return_exceptions=True)
        clock.now += PAUSE_SECONDS + 1
        await model.complete(PROMPT)
        server.most_at_once, server.latency = 0, 0.02
        await asyncio.gather(*(model.complete(PROMPT) for _ in range(8)))
    assert len(server.paid) == 9
    assert server.most_at_once < 8


async def test_no_more_calls_are_made_at_once_than_is_allowed(served):
    async with served(latency=0.02, llm={"concurrency": 3}) as (model, server):
        await asyncio.gather(*(model.complete(PROMPT) for _ in range(7)))
    assert server.most_at_once == 3


async def test_a_dead_server_is_left_alone_after_some_calls_and_tried_again_by_one(served, clock):
    async with served(*["hang_up"] * FAILED_CALLS) as (model, server):
        for _ in range(FAILED_CALLS):
            with pytest.raises(TransientError, match="the connection was lost before its whole answer was there"):
                await model.complete(PROMPT)
        with pytest.raises(TransientError, match="left alone for 30 s") as caught:
            await model.complete(PROMPT)
        assert caught.value.retry_after_seconds == pytest.approx(PAUSE_SECONDS)
        assert len(server.bodies) == FAILED_CALLS
        clock.now += PAUSE_SECONDS + 1
        await model.complete(PROMPT)
        await model.complete(PROMPT)


async def test_a_server_that_refuses_is_no_dead_server(served):
    async with served(*["unauthorized"] * 5) as (model, _):
        for _ in range(5):
            with pytest.raises(PermanentError):
                await model.complete(PROMPT)
        await model.complete(PROMPT)


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({"keywords": False}, "json_schema"),
        ({"formats": frozenset({"json_object"})}, "json_object"),
        ({"formats": frozenset()}, None),
    ],
)
async def test_a_server_that_knows_no_schema_is_told_it_in_words_from_then_on(served, options, form):
    async with served(**options) as (model, server):
        first = await model.complete(PROMPT)
        tries = len(server.bodies)
        second = await model.complete(PROMPT)
    assert Findings.model_validate_json(first.text)
    assert first.text == second.text
    assert tries > 1
    assert len(server.bodies) == tries + 1
    assert (server.bodies[-1].get("response_format") or {}).get("type") == form
    if form != "json_schema":
        assert '"additionalProperties": false' in server.bodies[-1]["messages"][0]["content"]
    else:
        assert "maxLength" not in str(server.bodies[-1]["response_format"])


async def test_a_model_that_takes_neither_temperature_nor_max_tokens_is_asked_without(served):
    async with served("only_max_completion_tokens", "only_default_temperature") as (model, server):
        await model.complete(PROMPT)
        await model.complete(PROMPT)
    assert len(server.bodies) == 4
    assert server.bodies[-1]["max_completion_tokens"] == 200
    assert not {"max_tokens", "temperature"} & set(server.bodies[-1])


async def test_half_a_surrogate_pair_in_a_page_is_no_error(served):
    async with served() as (model, _):
        prompt = Prompt("x", "", "The page says \ud800 and ends here.", PROMPT.schema, 100)
        assert model.most(prompt).input_tokens > 0
        assert (await model.complete(prompt)).text


async def test_a_name_that_does_not_resolve_names_the_setting(opened):
    async with opened(base_url="http://no-such-host.invalid/v1") as model:
        with pytest.raises(TransientError, match=r"model copied at no-such-host\.invalid: .*check llm\.base_url"):
            await model.complete(PROMPT)


async def test_a_server_without_a_certificate_to_trust_is_refused(opened, free_port, tmp_path):
    port = free_port()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(tmp_path))
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port, ssl=context)
    async with server, opened(base_url=f"https://127.0.0.1:{port}/v1") as model:
        with pytest.raises(PermanentError, match="its certificate is refused"):
            await model.complete(PROMPT)


async def test_a_bundle_of_certificates_that_is_none_names_its_setting(tmp_path, breakers):
    (tmp_path / "ca.pem").write_text("no certificate")
    config = {"llm": {"model": "copied", "api_key": "x"}, "fetch": {"ca_bundle": tmp_path / "ca.pem"}}
    async with open_model(EngineConfig.model_validate(config), breakers) as model:
        with pytest.raises(ConfigError, match=r"fetch\.ca_bundle"):
            await model.complete(PROMPT)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate that it has signed itself."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "cert.pem", folder / "key.pem"
