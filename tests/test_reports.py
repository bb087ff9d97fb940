"""The event of a report, and how large it may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from progresskit import rules
from progresskit.events import encode_event
from progresskit.reports import Mender, Report, to_event

texts = st.text(max_size=rules.MAX_TEXT_CHARS)
names = st.text(st.characters(categories=("L", "N", "P", "Zs", "So")), min_size=1, max_size=128).filter(
    lambda name: name.isprintable() and name.strip() == name
)


def made(**said):
    """The event of a report whose texts are what a mender lets through, and its size as told."""
    mender = Mender(note=lambda *_told: None)
    said["message"] = mender.text(said["message"], "message")
    said["error"] = mender.text(said["error"], "error")
    said["task_name"] = mender.task_name(said["task_name"])
    report = Report(project_id="p", run_id="r" * 22, **said)
    return to_event(report, mender, now_s=1.5, eta_s=1234567.891234)


@given(
    st.sampled_from(["progress", "status", "completed", "error"]),
    names,
    texts,
    texts.filter(bool),
    st.lists(st.text(min_size=1, max_size=128), max_size=8).map(tuple),
    st.none() | st.just(b'{"frame": [1, 2, "3"]}'),
)
def test_no_event_is_larger_than_told(kind, task_name, message, error, stage, metadata):  # noqa: PLR0917 - as drawn
    stage = tuple(Mender(note=lambda *_told: None).stage_name(name) for name in stage)
    event, size = made(
        kind=kind, task_name=task_name, message=message, error=error, stage=stage, metadata=metadata, progress=1 / 3
    )
    assert len(encode_event(event)) <= size <= rules.MAX_EVENT_BYTES
    assert metadata is None or size == len(encode_event(event))


def test_what_would_be_larger_than_an_event_may_be_is_shortened():
    control = "\x01" * rules.MAX_TEXT_CHARS
    event, size = made(kind="error", task_name="t", message=control, error=control, progress=None, stage=(control,) * 8)
    assert len(encode_event(event)) <= size <= rules.MAX_EVENT_BYTES
