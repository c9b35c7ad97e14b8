"""A judge for the model server: it answers ragas's own prompts, whichever they are, by the schema it is asked for."""

import json
import re
from typing import Any

from model_server import Exchange, Move, answers

QUESTION = "can i send it back?"


def judges(verdict: int = 1, question: str = QUESTION) -> Move:
    """Answer whatever ragas asks for, by its schema; statements are those of the input."""

    async def move(exchange: Exchange) -> None:
        fields = exchange.body["response_format"]["json_schema"]["schema"]["properties"]
        prompt = exchange.body["messages"][-1]["content"]
        asked: dict[str, Any] = json.loads(re.search(r"\ninput: (\{.*\})\nOutput: $", prompt, re.DOTALL)[1])
        if "noncommittal" in fields:
            said: dict[str, Any] = {"question": question, "noncommittal": 0}
        elif "classifications" in fields:
            said = {"classifications": [{"statement": asked["answer"], "reason": "r", "attributed": verdict}]}
        elif "verdict" in fields:
            said = {"reason": "", "verdict": verdict}
        elif "statements" in asked:
            verdicts = [{"statement": s, "reason": "r", "verdict": verdict} for s in asked["statements"]]
            said = {"statements": verdicts}
        else:
            said = {"statements": [asked["answer"], "A second statement."]}
        await answers(said)(exchange)

    return move
