"""The figures: what share of the questions was understood, refused, answered rightly.

Each is a function of pairs (question, what the model made of it) and gives None where there is
nothing to count. Questions that are foreign have no right article; they count for refusing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant.evaluation.questions import FOREIGN, Question
from assistant.evaluation.understood import Understood
from assistant.nlu.decision import Kind
from assistant.nlu.intents import article_of, is_ours

Pair = tuple[Question, Understood]
Figure = Callable[[Sequence[Pair]], "float | None"]

BINS = 10


def _share(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return sum(counted) / len(counted) if counted else None


def right_article(pairs: Sequence[Pair]) -> float | None:
    """Strict: of all our questions, the best candidate's article is right and not withheld."""
    return _share(seen.article == asked.article for asked, seen in pairs if not asked.foreign)


def right_faq_article(pairs: Sequence[Pair]) -> float | None:
    return right_article([(asked, seen) for asked, seen in pairs if asked.section])


def right_section(pairs: Sequence[Pair]) -> float | None:
    return _share(
        (seen.article, seen.section) == (asked.article, asked.section)
        for asked, seen in pairs
        if asked.section
    )


def right_or_offered(pairs: Sequence[Pair]) -> float | None:
    """The right article was answered, or stands among at most three choices."""
    return _share(asked.article in seen.offered for asked, seen in pairs if not asked.foreign)


def told_apart(pairs: Sequence[Pair], distance: str | None = None) -> float | None:
    """AUROC of « this is ours » against foreign questions, all or of one distance."""
    kept = [
        (not asked.foreign, seen.ours)
        for asked, seen in pairs
        if not asked.foreign or distance in (None, asked.distance)
    ]
    ours = [is_ours for is_ours, _ in kept]
    if all(ours) or not any(ours):
        return None
    return float(roc_auc_score(ours, [score for _, score in kept]))


def told_apart_near(pairs: Sequence[Pair]) -> float | None:
    return told_apart(pairs, "near")


def told_apart_far(pairs: Sequence[Pair]) -> float | None:
    return told_apart(pairs, "far")


def foreign_refused(pairs: Sequence[Pair]) -> float | None:
    """Refused or redirected, at the thresholds that are stored with the model."""
    return _share(seen.refused for asked, seen in pairs if asked.foreign)


def near_refused(pairs: Sequence[Pair]) -> float | None:
    return foreign_refused([(asked, seen) for asked, seen in pairs if asked.distance == "near"])


def ours_kept(pairs: Sequence[Pair]) -> float | None:
    return _share(not seen.refused for asked, seen in pairs if not asked.foreign)


def answers_right(pairs: Sequence[Pair]) -> float | None:
    """Precision: the share of right articles in all direct answers, foreign questions included."""
    answered = [(asked, seen) for asked, seen in pairs if seen.kind is Kind.ANSWER]
    return _share(seen.article == asked.article for asked, seen in answered)


def answered_directly(pairs: Sequence[Pair]) -> float | None:
    """Coverage: of our questions, those that were answered without a detour."""
    return _share(seen.kind is Kind.ANSWER for asked, seen in pairs if not asked.foreign)


def calibration_error(pairs: Sequence[Pair]) -> float | None:
    """Expected calibration error over all questions, ten bins of equal width.

    Of the likeliest label: one of our intents, or « foreign », which has the rest of the chance.
    """
    if not pairs:
        return None
    sure, right = sure_and_right(pairs)
    return float(
        sum(abs(right[own].mean() - sure[own].mean()) * own.mean() for own in bins_of(sure))
    )


def sure_and_right(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """Of the likeliest label of each: its chance, and whether it is the question's; shape (n,)."""
    likely = [_likeliest(seen) for _, seen in pairs]
    right = [said == _label_of(asked) for (said, _), (asked, _) in zip(likely, pairs, strict=True)]
    return np.array([sure for _, sure in likely]), np.array(right)


def bins_of(sure: np.ndarray) -> list[np.ndarray]:
    """A mask for each tenth of the confidences in which there is one."""
    places = np.minimum((sure * BINS).astype(int), BINS - 1)
    return [places == place for place in range(BINS) if (places == place).any()]


def _likeliest(seen: Understood) -> tuple[str, float]:
    """The label with the highest chance, and that chance: an intent of ours, or FOREIGN."""
    foreign = 1.0 - seen.ours
    best = next((each for each in seen.ranking if is_ours(each.intent)), None)
    if best is None or foreign > best.confidence:
        return FOREIGN, foreign
    return best.intent, best.confidence


def _label_of(asked: Question) -> str:
    """The intent that a question has, or FOREIGN."""
    return f"{asked.article}.{asked.section}" if asked.section else asked.article


def coverage_and_precision(pairs: Sequence[Pair]) -> list[tuple[float, float]]:
    """Of answering whatever has at least some confidence, for each such confidence.

    As in the figures: coverage is of our questions, precision of all answers. Only intents of ours
    are answered.
    """
    answerable = sorted(
        (pair for pair in pairs if pair[1].ranking and is_ours(pair[1].candidates[0])),
        key=lambda pair: pair[1].ranking[0].confidence,
        reverse=True,
    )
    ours = np.cumsum([not asked.foreign for asked, _ in answerable])
    right = np.cumsum(
        [article_of(seen.candidates[0]) == asked.article for asked, seen in answerable]
    )
    every = sum(not asked.foreign for asked, _ in pairs)
    return [
        (float(answered / every), float(hits / (place + 1)))
        for place, (answered, hits) in enumerate(zip(ours, right, strict=True))
    ]


# Name, figure, goal of step 5 (None: none is set); the order is the report's.
FIGURES: tuple[tuple[str, Figure, str | None], ...] = (
    ("right article, FAQ", right_faq_article, "≥ .92"),
    ("right article, all 20 labels", right_article, "≥ .87"),
    ("right one answered or among ≤ 3 choices", right_or_offered, "≥ .97"),
    ("right section", right_section, "≥ .82"),
    ("out-of-scope AUROC, all", told_apart, "≥ .96"),
    ("out-of-scope AUROC, near", told_apart_near, "≥ .94"),
    ("out-of-scope AUROC, far", told_apart_far, "≥ .985"),
    ("foreign refused or redirected", foreign_refused, "≥ .85"),
    ("near foreign refused or redirected", near_refused, "≥ .75"),
    ("ours kept", ours_kept, "≥ .95"),
    ("precision of direct answers", answers_right, "≥ .95"),
    ("coverage of direct answers", answered_directly, "≥ .75"),
    ("expected calibration error", calibration_error, "≤ .05"),
)

# Those that an approach without thresholds has too.
BASELINE_FIGURES: tuple[tuple[str, Figure], ...] = (
    ("right article, FAQ", right_faq_article),
    ("right article, all 20 labels", right_article),
    ("right section", right_section),
    ("out-of-scope AUROC, all", told_apart),
    ("near", told_apart_near),
    ("far", told_apart_far),
)

STYLE_GOALS = {
    "implicit": "≥ .75",
    "wrong_word": "≥ .80",
    "two_in_one": "≥ .80",
    "long": "≥ .80",
    "typos": "≥ .85",
    "english": "≥ .95",
}


def by_style(pairs: Sequence[Pair]) -> dict[str, tuple[float, int]]:
    """Strict article accuracy and number of our questions, for each style."""
    styles = sorted({asked.style for asked, _ in pairs if not asked.foreign})
    kept = {
        style: [
            (asked, seen) for asked, seen in pairs if asked.style == style and not asked.foreign
        ]
        for style in styles
    }
    return {style: (right_article(own) or 0.0, len(own)) for style, own in kept.items()}


def latency(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Milliseconds a parse: half are faster than the first, 95 % than the second."""
    took = [seen.milliseconds for _, seen in pairs]
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def interval(
    figure: Figure, pairs: Sequence[Pair], rounds: int = 500
) -> tuple[float, float] | None:
    """Bootstrap 95 % interval: what another draw of as many questions might have given."""
    draw = np.random.default_rng(0)
    drawn = (
        figure([pairs[at] for at in draw.integers(len(pairs), size=len(pairs))])
        for _ in range(rounds)
    )
    values = [value for value in drawn if value is not None]
    if not values:
        return None
    return float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))
