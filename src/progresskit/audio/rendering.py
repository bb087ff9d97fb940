"""A score as text, HTML and JSON."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from progresskit.audio.normalize import Span
    from progresskit.audio.scoring import Score

__all__ = ["as_html", "as_json", "as_text", "escaped"]

_WIDTH: Final = 80
_LABELS: Final = ("reference   ", "transcript  ", "            ")
_UNHELD: Final = re.compile(
    "[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"  # controls, surrogates, noncharacters
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "\u202a-\u202e\u2066-\u2069]"  # turn what follows around, which is no longer theirs
)
"""What no page can hold (https://infra.spec.whatwg.org/#code-points), or what reaches beyond its own text."""
_MARKS: Final = {"hit": "", "substitution": "S", "deletion": "D", "insertion": "I"}


def as_text(score: Score) -> str:
    """Return the alignment as rows of at most 80 columns: reference, transcript, and S, D or I below what differs.

    ``*`` stands where one text has nothing for a unit of the other. Characters that would not print are
    left out, so that foreign text can't steer a terminal.
    """
    counts = score.counts
    total = len(score.alignment) - counts.insertions
    tally = f"{counts.substitutions} replaced, {counts.deletions} left out, {counts.insertions} added"
    lines = [f"accuracy {score.accuracy:.3f}: {counts.hits} of {total} {score.unit}s, {tally}"]
    lines += [
        f"{veto.kind.replace('_', ' ')}: {_printable(veto.expected)} (heard: {_printable(veto.heard) or 'nothing'})"
        for veto in score.critical
    ]
    for row in _rows(score):
        lines += [label + line.rstrip() for label, line in zip(_LABELS, row, strict=True) if line.strip()]
    return "\n".join(lines)


def _rows(score: Score) -> Iterator[tuple[str, str, str]]:
    gap = " " if score.unit == "word" else ""
    row, used = ("", "", ""), 0
    for step in score.alignment:
        said, heard = _printable(step.reference), _printable(step.hypothesis)
        width = max(_columns(said), _columns(heard), 1)
        cells = (said or "*" * width, heard or "*" * width, _MARKS[step.op])
        if used and used + len(gap) + width > _WIDTH - len(_LABELS[0]):
            yield row
            row, used = ("", "", ""), 0
        before = gap if used else ""
        padded = [cell + " " * (width - _columns(cell)) for cell in cells]
        row = (row[0] + before + padded[0], row[1] + before + padded[1], row[2] + before + padded[2])
        used += len(before) + width
    if used:
        yield row


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes (https://www.unicode.org/reports/tr11/)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char)[0] == "M" else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _printable(text: str) -> str:
    return "".join(filter(str.isprintable, text))


def as_html(score: Score) -> str:
    """Return the reference as a paragraph: ``<del>`` was not heard, ``<ins>`` was heard instead or added."""
    space = " " if score.unit == "word" else ""
    parts: list[str] = []
    at = 0
    # Of a numeral of which one word is wrong, all is.
    wrong = {step.reference_span for step in score.alignment if step.op != "hit"}
    for is_hit, group in groupby(score.alignment, key=lambda step: step.reference_span not in wrong):
        steps = list(group)
        start, end = _extent([step.reference_span for step in steps])
        start = max(start, at)  # the characters that one letter folds to share its span
        if is_hit:
            parts.append(escaped(score.reference[at:end]))
            at = max(at, end)
            continue
        heard = score.hypothesis[slice(*_extent([step.hypothesis_span for step in steps]))]
        inserted = f"<ins>{escaped(heard)}</ins>" if heard else ""
        if start < end:
            parts.append(escaped(score.reference[at:start]))
            deleted = f"<del>{escaped(score.reference[start:end])}</del>"
            parts.append(f"{deleted}{space}{inserted}" if inserted else deleted)
            at = end
        else:
            parts.append(f"{space}{inserted}" if at else f"{inserted}{space}")
    parts.append(escaped(score.reference[at:]))
    lang = f' lang="{escaped(score.language)}"' if score.language else ""
    return f'<p{lang} dir="auto">{"".join(parts)}</p>'


def _extent(spans: Iterable[Span]) -> Span:
    """Return from where to where these spans, in order, reach; the empty ones don't count."""
    filled = [(start, end) for start, end in spans if start < end]
    return (filled[0][0], filled[-1][1]) if filled else (0, 0)


def escaped(text: str) -> str:
    """Return any text as HTML holds it, in an attribute too."""
    # Joiners, soft hyphens and their kind stay: emoji, Persian and others are misspelled without them.
    return html.escape(_UNHELD.sub("\N{REPLACEMENT CHARACTER}", text), quote=True)


def as_json(score: Score) -> str:
    """Return a score as one JSON object, in ASCII."""
    fields: dict[str, Any] = {
        name: getattr(score, name)
        for name in ("reference", "hypothesis", "language", "unit", "accuracy", "wer", "cer", "longest_run", "unheard")
    }
    fields["counts"] = score.counts._asdict()
    fields["wrong_words"] = score.wrong_words
    fields["critical"] = [vars(veto) for veto in score.critical]
    fields["alignment"] = [step._asdict() for step in score.alignment]
    return json.dumps(fields)
