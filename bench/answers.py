"""Whether the text that is really sent holds what was asked for.

    .venv/bin/python -m bench.answers [ADDRESS]

Asks a running service (default http://127.0.0.1:8000, started with CLAUDIA_RATE_LIMITS=off) every
held-out question that has facts, each in a conversation of its own, and looks for them in what the
assistant says, without regard to case, accents, blanks and the form of apostrophes. Goal: .88.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import yaml

from kit.text_folding import fold

QUESTIONS = Path(__file__).parents[1] / "assistant" / "evaluation" / "questions"
GOAL = 0.88
SHOWN = 20


def main(address: str) -> None:
    asked = [entry for entry in entries() if entry["facts"]]
    with httpx2.Client(base_url=address, timeout=20, trust_env=False) as http:
        said = [reply(http, entry["text"]) for entry in asked]
    full = [
        all(plain(fact) in plain(text) for fact in entry["facts"])
        for entry, (text, _) in zip(asked, said, strict=True)
    ]
    direct = [decision == "answer" for _, decision in said]
    held = [whole for whole, answered in zip(full, direct, strict=True) if answered]
    print(f"questions with facts       {len(asked)}")
    print(f"all facts in the reply     {sum(full) / len(full):.3f} (goal: {GOAL})")
    print(f"answered directly          {sum(direct) / len(direct):.3f}")
    print(f"all facts in these         {sum(held) / len(held):.3f}")
    missed = [entry for entry, whole in zip(asked, full, strict=True) if not whole]
    for entry in missed[:SHOWN]:
        print(f"  missed {entry['article']}/{entry['section']}: {entry['text'][:70]}")


def entries() -> Iterator[dict[str, Any]]:
    for path in sorted(QUESTIONS.glob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))


def reply(http: httpx2.Client, text: str) -> tuple[str, str]:
    """All that the assistant says to it, and the decision behind that."""
    opened = http.post("/api/conversations", json={}).json()
    path = f"/api/conversations/{opened['id']}/messages"
    headers = {"Authorization": f"Bearer {opened['token']}", "Prefer": "wait=10"}
    answer = http.post(path, json={"client_id": str(uuid4()), "text": text}, headers=headers)
    answer.raise_for_status()
    said = [event for event in answer.json()["events"] if event.get("author") == "assistant"]
    decisions = [event["answer"]["decision"] for event in said if event.get("answer")]
    return "\n".join(event["text"] for event in said), decisions[0] if decisions else ""


def plain(text: str) -> str:
    return re.sub(r"\s+|\*\*", "", fold(text).replace("’", "'"))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
