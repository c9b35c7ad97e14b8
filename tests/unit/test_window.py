"""How long a prompt may be, from what servers say when they refuse one."""

import pytest

from assistant.chat_models.port import ChatMessage
from assistant.chat_models.window import ANSWER_TOKENS, Window
from assistant.errors import PromptTooLong

REFUSALS = {  # prompts of 6,000 characters; what servers say, the context they name, the tokens they counted
    "llama.cpp": ("request (1600 tokens) exceeds the available context size (2048 tokens), try increasing it", 2048),
    "openai": (
        "This model's maximum context length is 2048 tokens. However, your messages resulted in 1600 tokens.",
        2048,
    ),
    "vllm": (
        "This model's maximum context length is 2048 tokens. However, you requested 3648 tokens (1600 in the messages, "
        "2048 in the completion). Please reduce the length of the messages or completion.",
        2048,
    ),
    "lm-studio": ("the model is loaded with context length of only 2048 tokens, which is not enough", 2048),
    "no-figure": ("context length exceeded", None),
}  # fmt: skip


def prompt(characters: int) -> list[ChatMessage]:
    return [ChatMessage("system", "x" * 1_000), ChatMessage("user", "x" * (characters - 1_000))]


def test_nothing_is_refused_before_a_server_has_said_so() -> None:
    window = Window(0)
    window.check(prompt(1_000_000))
    assert window.answer_tokens == ANSWER_TOKENS


def test_a_known_context_leaves_room_for_the_answer() -> None:
    window = Window(2048)
    assert window.answer_tokens == 512
    window.check(prompt(4_000))
    with pytest.raises(PromptTooLong, match=r"2048 tokens, of which 512 are for the answer") as found:
        window.check(prompt(6_000))
    window.check(prompt(found.value.characters))
    assert "num_ctx" in str(found.value)


@pytest.mark.parametrize("server", REFUSALS)
def test_a_refusal_is_understood(server: str) -> None:
    complaint, size = REFUSALS[server]
    window = Window(0)
    with pytest.raises(PromptTooLong) as found:
        window.learn(prompt(6_000), complaint)
    assert 2_000 < found.value.characters < 6_000
    window.check(prompt(found.value.characters))
    if size:
        assert window.answer_tokens == size // 4


def test_room_asked_for_the_answer_alone_is_given_back() -> None:
    """vLLM refuses prompt and answer together: the same prompt fits with a shorter answer."""
    window = Window(0)
    complaint = "'max_tokens' is too large: 2048. The maximum context length is 2048 tokens, 700 input tokens"
    assert window.learn(prompt(2_800), complaint)
    assert window.answer_tokens == 512


def test_a_server_that_refuses_again_gets_less() -> None:
    window = Window(0)
    complaint = "maximum context length is 9000 tokens"
    assert window.learn(prompt(6_000), complaint)
    with pytest.raises(PromptTooLong) as found:
        window.learn(prompt(6_000), complaint)
    assert found.value.characters == 3_000


def test_other_complaints_are_not_about_the_context() -> None:
    assert not Window(0).learn(prompt(6_000), "Unsupported parameter: 'max_tokens'")


def test_the_server_s_count_replaces_the_guess() -> None:
    window = Window(2048)
    window.count(prompt(5_000), 1_000)
    window.check(prompt(7_000))
    window.count(prompt(1_100), 100)  # too short to say anything
    window.check(prompt(7_000))
