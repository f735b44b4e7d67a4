"""How long a turn takes, how many a second, and whether a long conversation stays fast.

    .venv/bin/python -m bench.turns [ADDRESS]

Asks a running service (default http://127.0.0.1:8000, started with CLAUDIA_RATE_LIMITS=off) and
prints milliseconds from sending a message to having its answer, and the ratio of turns 481–500 to
turns 6–25 of one conversation; then the messages a second that are answered in short conversations,
eight at a time. Goals: within half a second; within 1.3 times; 45 a second.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from uuid import uuid4

import httpx2

QUESTIONS = (
    "comment activer les notifications de facturation ?",
    "jai saisi ma facture hier et la mairie a rien recu",
    "quelle est la différence entre adresse de connexion et adresse de contact",
    "où trouver le siret de mon client public ?",
    "merci",
)
TURNS = 500
AT_ONCE, CONVERSATIONS = 8, 80
EARLY, LATE = slice(5, 25), slice(480, 500)


def main(address: str) -> None:
    with httpx2.Client(base_url=address, timeout=20, trust_env=False) as http:
        took = [*turns(http, TURNS)]
        each_second = throughput(http)
    hundredths = quantiles(took, n=100)
    early, late = median(took[EARLY]), median(took[LATE])
    print(f"turns               {len(took)}")
    print(
        f"p50 / p95 / p99     {hundredths[49]:.0f} / {hundredths[94]:.0f} / {hundredths[98]:.0f} ms"
    )
    print(f"turns 6-25          {early:.0f} ms (median)")
    print(f"turns 481-500       {late:.0f} ms (median)")
    print(f"ratio               {late / early:.2f} (goal: at most 1.3)")
    print(f"messages a second   {each_second:.1f} (goal: 45)")


def throughput(http: httpx2.Client) -> float:
    """Answers a second, in conversations of five messages."""

    def talk(_: int) -> int:
        return len([*turns(http, len(QUESTIONS))])

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as people:
        answered = sum(people.map(talk, range(CONVERSATIONS)))
    return answered / (time.perf_counter() - began)


def turns(http: httpx2.Client, count: int) -> Iterator[float]:
    """Milliseconds of each turn of one conversation."""
    opened = http.post("/api/conversations", json={}).json()
    path = f"/api/conversations/{opened['id']}/messages"
    headers = {"Authorization": f"Bearer {opened['token']}", "Prefer": "wait=10"}
    for number in range(count):
        body = {"client_id": str(uuid4()), "text": QUESTIONS[number % len(QUESTIONS)]}
        began = time.perf_counter()
        answer = http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        assert answer.json()["events"], "no answer within ten seconds"
        yield (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
