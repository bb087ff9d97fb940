"""The live page in a real browser, at a real gateway."""

from __future__ import annotations

import itertools
import json
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from progresskit import Publisher
from progresskit.errors import NotAuthenticated, RunCancelled
from progresskit.events import CompletedEvent, ErrorEvent, ProgressEvent, StatusEvent
from progresskit.hub import Hub
from progresskit.transports import Batch
from progresskit.web import Gateway, allow_anyone, bearer_token

pytestmark = pytest.mark.needs("chromium")

PROJECT = "campaign_001"
THEN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
LIVE = "document.body.dataset.phase === 'open'"


@pytest.fixture
def tell(transport):
    """Return ``tell(event_class, task_name, *, run_id="r", **fields)``: one event, accepted by the store."""
    numbers = itertools.count(1)

    def tell(kind, task_name, *, run_id="r", **fields):
        event = kind(project_id=PROJECT, task_name=task_name, run_id=run_id, **fields)
        assert transport.publish(Batch(PROJECT, "test", next(numbers), (event,))).refused == 0

    return tell


@pytest.fixture
def view(page, gateway):
    """Return ``view(base_url=None, query="")``: the project's page, live, at a gateway of the same transport."""

    def view(base_url=None, query="?lang=en"):
        page.goto(f"{base_url or gateway()}/projects/{PROJECT}/view{query}")
        page.wait_until(LIVE)
        return page

    return view


def shows(page, text, selector="#cards"):
    """Wait until a part of the page shows a text."""
    page.wait_until(f"document.querySelector({json.dumps(selector)}).innerText.includes({json.dumps(text)})")


def card(page, task_name):
    """Return what the card of a task shows."""
    return page.evaluate(
        f"""(() => {{
            const card = [...document.querySelectorAll(".card")]
                .find((card) => card.querySelector("h3").textContent === {json.dumps(task_name)});
            return {{
                text: card.innerText,
                bar: card.querySelector("[role=progressbar]").getAttribute("aria-valuenow"),
                label: document.getElementById(card.getAttribute("aria-labelledby")).textContent,
            }};
        }})()"""
    )


# --- a run, from start to end -------------------------------------------------------------------------------------


def test_an_empty_project_says_what_to_do_and_what_it_says_works(view, transport):
    page = view()
    page.wait_until("!document.querySelector('#empty').hidden")  # what is hidden has no text
    shows(page, "Nothing here yet", "#empty")
    names = {"transport": transport}
    exec(page.text("#sample"), names)
    shows(page, "my_task")
    assert page.text("#empty") == ""
    names["publisher"].close()
    assert page.complaints == []


def test_a_run_is_shown_from_its_start_to_its_end(view, transport):
    publisher = Publisher(transport, max_rate_hz=1000)
    page = view()
    with publisher.task(PROJECT, "audio_generation") as task:
        shows(page, "Started")
        with task.stage("render", weight=1) as render, render.stage("encode") as encode:
            encode.progress(0.5, "Half of it", {"sentence": 3, "sentences": 7, "attempt": 2, "phase": "stt"})
            shows(page, "Half of it")
            running = card(page, "audio_generation")
            for text in (
                "In progress",
                "50%",
                f"render{THEN}encode",
                "Sentence 3 of 7",
                "Take 2",
                "Attempt 1",
                "started",
            ):
                assert text in running["text"]
            assert (running["bar"], running["label"]) == ("50", "audio_generation")
        task.complete({"audio_url": "https://example.com/a.wav", "accuracy": 0.984, "attempts": 2}, "Verified")
    shows(page, "Completed")
    done = card(page, "audio_generation")
    for text in ("100%", "Verified", "https://example.com/a.wav", "98.4%", "took"):
        assert text in done["text"]
    assert done["bar"] == "100"
    shows(page, "Completed 100%", "#events")
    assert page.complaints == []
    publisher.close()


def test_unknown_progress_is_no_number_and_goes_on_moving(view, tell):
    tell(ProgressEvent, "render", message="Encoding")
    page = view()
    shows(page, "Encoding")
    assert card(page, "render")["bar"] is None
    assert page.evaluate("document.querySelector('[role=progressbar]').getAttribute('aria-valuetext')")
    assert page.evaluate("document.getAnimations().some(({ animationName }) => animationName === 'wander')")


def test_nothing_moves_for_those_who_want_no_motion(view, tell, page):
    page.emulate(prefers_reduced_motion="reduce")
    tell(ProgressEvent, "render", message="Encoding")
    view()
    shows(page, "Encoding")
    assert page.evaluate("document.getAnimations().length") == 0


def test_every_outcome_has_its_words(view, tell):
    for task_name in ("failing", "leaving", "silent", "again"):
        tell(ProgressEvent, task_name, progress=0.4, message=f"{task_name} at work")
    tell(ErrorEvent, "failing", error="disk full", code="ENOSPC", details={"free": 0})
    tell(StatusEvent, "leaving", status="cancelled", message="as you wished")
    tell(StatusEvent, "silent", status="stalled")
    tell(StatusEvent, "again", run_id="r2", status="retrying", message="once more")
    tell(StatusEvent, "waiting", status="queued", message="third in line")
    page = view()
    shows(page, "third in line")
    for task_name, texts in {
        "failing": ("Failed", "disk full", "ENOSPC", "40%", "took"),
        "leaving": ("Cancelled", "as you wished", "took"),
        "silent": ("Stalled", "may still be at work", "40%"),
        "again": ("Retrying", "once more", "Attempt 2"),
        "waiting": ("Queued", "third in line"),
    }.items():
        for text in texts:
            assert text in card(page, task_name)["text"]
    assert card(page, "failing")["bar"] == "40"
    assert page.text("#filter").split() == ["All", "5", "Active", "2", "Needs", "a", "look", "2", "Done", "1"]


def test_what_may_still_be_needed_counts_down_by_itself(view, tell):
    tell(ProgressEvent, "long", progress=0.5, eta_s=15)
    tell(ProgressEvent, "short", progress=0.5, eta_s=0.1)
    page = view()
    page.wait_until("document.querySelector('#cards').innerText.includes('sec left')")
    page.wait_until("/about ([2-9]|1[0-4]) sec left/.test(document.querySelector('#cards').innerText)")
    assert "left" not in card(page, "short")["text"]


def test_the_tab_says_how_many_are_active(view, tell):
    tell(ProgressEvent, "one", progress=0.5)
    tell(CompletedEvent, "two")
    page = view()
    page.wait_until(f"document.title === '(1) {PROJECT} · progress'")


def test_two_hundred_tasks_end_at_the_stores_state(view, transport):
    page = view()
    for round_ in range(1, 11):
        for part in range(2):
            events = tuple(
                ProgressEvent(project_id=PROJECT, task_name=f"task {n}", run_id="r", progress=round_ / 10)
                for n in range(100 * part, 100 * part + 100)
            )
            transport.publish(Batch(PROJECT, "test", 2 * round_ + part, events))
    page.wait_until("document.querySelectorAll('[aria-valuenow=\"100\"]').length === 200")
    assert page.evaluate("document.querySelectorAll('#events li').length") <= 50
    assert page.complaints == []


BUSY = """(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return meter.ms;
})()"""


def test_two_hundred_tasks_at_fifty_events_a_second_leave_the_page_to_its_reader(view, transport, long_form):
    numbers = itertools.count(1)

    def publish(*parts, progress):
        said = {"project_id": PROJECT, "run_id": "r", "progress": progress, "message": f"at {progress}"}
        events = tuple(ProgressEvent(task_name=f"task {n}", **said) for n in parts)
        transport.publish(Batch(PROJECT, "load", next(numbers), events))

    for first in (0, 100):
        publish(*range(first, first + 100), progress=0.01)
    page = view()
    page.wait_until("document.querySelectorAll('.card').length === 200")
    page.evaluate(
        """globalThis.meter = { ms: 0 };
        new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) meter.ms += duration; // each is over 50 ms
        }).observe({ type: "longtask" })"""
    )
    duration_s = 20 if long_form else 4
    count = 50 * duration_s
    began = time.monotonic()
    for n in range(count):
        publish(n % 200, progress=round(0.01 + (n + 1) / count / 2, 3))
        time.sleep(max(0.0, began + (n + 1) / 50 - time.monotonic()))
    shows(page, "at 0.51", "#events")
    assert page.evaluate(BUSY) < 0.1 * 1000 * (time.monotonic() - began)
    assert page.complaints == []

    before = page.evaluate(BUSY)
    page.evaluate("setTimeout(() => { for (const end = performance.now() + 200; performance.now() < end; ); })")
    page.wait_until(f"meter.ms >= {before} + 200")  # else nothing was measured


# --- speech, and what can be asked --------------------------------------------------------------------------------


BARS = """[...document.querySelectorAll('.sentences li')]
    .map((bar) => [bar.dataset.heard ?? null, bar.style.getPropertyValue('--heard')])"""


@pytest.fixture
def say(tell):
    """Return ``say(sentence, attempt, phase, **more)``: what a loop tells of one of three sentences."""

    def say(sentence, attempt, phase, **more):
        details = {"sentence": sentence, "sentences": 3, "attempt": attempt, "max_attempts": 5, "phase": phase}
        tell(ProgressEvent, "speech", progress=0.1, message=f"sentence {sentence}", metadata=details | more)

    return say


def test_of_speech_it_shows_sentences_takes_and_accuracy(view, tell, say):
    page = view()
    say(1, 1, "scored", accuracy=0.973)
    for text in ("Sentence 1 of 3", "Take 1 of 5", "Checked", "Accuracy 97.3%"):
        shows(page, text)
    say(2, 2, "stt")
    for text in ("Sentence 2 of 3", "Take 2 of 5", "Listening back"):
        shows(page, text)
    assert page.evaluate(BARS) == [["", "0.973"], ["not yet", ""], [None, ""]]
    say(2, 9, "tts", sentences=10**9)
    shows(page, "Take 9 of 5")
    assert page.evaluate(BARS) == []
    tell(ErrorEvent, "speech", error="not verified", details={"verified": False, "accuracy": 0.84})
    for text in ("Verified\nno", "Accuracy\n84%"):
        shows(page, text)
    assert page.complaints == []


def test_sentences_are_kept_that_pass_while_nothing_is_drawn(view, say):
    page = view()
    page.evaluate(
        "globalThis.draw = requestAnimationFrame; requestAnimationFrame = (then) => void (globalThis.due = then)"
    )
    for sentence in (1, 2, 3):
        say(sentence, 1, "scored", accuracy=sentence / 4)
        shows(page, f"sentence {sentence}", "#events")
    page.evaluate("requestAnimationFrame = draw; draw(due)")
    page.wait_until("document.querySelectorAll('.sentences li').length")
    assert page.evaluate(BARS) == [["", "0.25"], ["", "0.5"], ["", "0.75"]]


CANCEL = "document.querySelector('.cancel')"


def test_a_run_can_be_asked_to_stop(view, transport):
    page = view()
    publisher = Publisher(transport)
    with suppress(RunCancelled), publisher.task(PROJECT, "render") as task:
        task.progress(0.4, "at work")
        page.wait_until(f"{CANCEL}?.checkVisibility()")
        page.evaluate(f"{CANCEL}.click()")
        shows(page, "Asked to stop")
        shows(page, "render: Asked to stop", "#announcement")
        page.evaluate(f"{CANCEL}.click()")  # once is enough
        while not task.cancel_requested:
            task.progress(0.5, "still at work")
            assert task.flush()
        task.raise_if_cancelled()
    publisher.close()
    shows(page, "Cancelled")
    assert "Asked" not in card(page, "render")["text"]
    assert not page.evaluate(f"{CANCEL}.checkVisibility()")


def test_what_came_of_the_question_is_said(page, tell, gateway, serve):
    forbidden = set()
    url = gateway(lambda _connection, _project_id, action: action not in forbidden)
    tell(ProgressEvent, "nobody's", run_id=None, progress=0.5)
    page.goto(f"{url}/projects/{PROJECT}/view?lang=en")
    page.wait_until(f"{CANCEL}?.checkVisibility()")
    page.evaluate(f"{CANCEL}.click()")
    shows(page, "Nobody is at work on it")
    forbidden.add("cancel")
    page.evaluate(f"{CANCEL}.click()")
    shows(page, "refused to cancel")
    serve.stop(url)
    page.evaluate(f"{CANCEL}.click()")
    shows(page, "Nothing was cancelled")


def test_nobody_is_offered_what_is_not_allowed(page, tell, gateway):
    tell(ProgressEvent, "render", progress=0.5)
    page.goto(f"{gateway(lambda *call: call[2] == 'watch')}/projects/{PROJECT}/view?lang=en")
    shows(page, "50%")
    assert not page.evaluate(f"{CANCEL}.checkVisibility()")


# --- the connection -----------------------------------------------------------------------------------------------


def test_the_page_survives_a_restart_of_the_gateway_and_resumes(view, tell, gateway, serve):
    tell(ProgressEvent, "audio_generation", progress=0.3, message="before")
    tell(CompletedEvent, "untouched", message="long ago")
    url = gateway()
    page = view(url)
    shows(page, "before")
    serve.stop(url)
    page.wait_until("document.body.dataset.phase === 'reconnecting'")
    shows(page, "The connection was lost", "#notice")
    tell(CompletedEvent, "audio_generation", message="while nobody watched")
    assert "before" in card(page, "audio_generation")["text"]  # so nothing came by another way
    assert gateway(server={"port": urlsplit(url).port}) == url
    shows(page, "while nobody watched")
    page.wait_until(LIVE)
    assert page.text("#notice") == ""
    assert "long ago" in card(page, "untouched")["text"]
    assert "after=" not in page.sockets[0]
    assert page.sockets[-1].endswith("%3A2")  # where it had come to
    tell(ProgressEvent, "next", message="live again")
    shows(page, "live again")


def test_a_lost_connection_counts_down_and_can_be_tried_at_once(view, tell, gateway, serve):
    tell(ProgressEvent, "audio", progress=0.3, message="before")
    url = gateway()
    page = view(url)
    shows(page, "before")
    serve.stop(url)
    page.wait_until("/Trying again in \\d+ sec/.test(document.querySelector('#notice').innerText)", timeout_s=30)
    page.evaluate("document.getElementById('retry').click()")
    page.wait_until("document.body.dataset.phase === 'reconnecting'")
    assert "before" in card(page, "audio")["text"]  # what was known stays
    gateway(server={"port": urlsplit(url).port})
    page.evaluate("document.getElementById('retry').click()")
    page.wait_until(LIVE)
    assert page.text("#notice") == ""
    assert "after=" in page.sockets[-1]  # it goes on from there


def test_offline_is_said(view, tell):
    page = view()
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.call("Network.emulateNetworkConditions", offline=True, **network)
    shows(page, "You are offline", "#notice")
    assert page.text("#link") == "Offline"
    tell(ProgressEvent, "audio", message="meanwhile")
    page.call("Network.emulateNetworkConditions", offline=False, **network)
    shows(page, "meanwhile")
    page.wait_until(f"{LIVE} && document.getElementById('notice').hidden")


def test_a_refusal_can_be_taken_back(page, gateway):
    welcome = set()
    page.goto(f"{gateway(lambda *_: bool(welcome))}/projects/{PROJECT}/view?lang=en")
    shows(page, "There is nothing to see here", "#notice")
    welcome.add("now")
    page.evaluate("document.getElementById('retry').click()")
    page.wait_until(LIVE)


@pytest.mark.parametrize(
    ("answer", "text"), [(False, "There is nothing to see here"), (NotAuthenticated, "Please identify yourself")]
)
def test_a_refusal_is_told_and_final(page, gateway, answer, text):
    def authorize(*_):
        if answer is NotAuthenticated:
            raise NotAuthenticated
        return answer

    page.goto(f"{gateway(authorize)}/projects/{PROJECT}/view?lang=en")
    shows(page, text, "#notice")
    assert page.text("#link") == "Disconnected"
    assert len(page.sockets) == 1


def test_the_token_comes_from_the_fragment_and_a_new_one_is_taken_at_once(page, gateway):
    tokens = []

    def authorize(connection, _project_id, action):
        token = bearer_token(connection)
        if action == "watch":
            tokens.append(token)
        if token != "열쇠 +/=":
            raise NotAuthenticated
        return True

    url = f"{gateway(authorize)}/projects/{PROJECT}/view?lang=en"
    page.goto(f"{url}#token=old")
    shows(page, "identify yourself", "#notice")
    page.evaluate("location.hash = 'token=' + encodeURIComponent('열쇠 +/=')")
    page.wait_until(LIVE)
    assert tokens == ["old", "열쇠 +/="]
    assert all("old" not in socket for socket in page.sockets)


def test_it_works_wherever_the_gateway_is_mounted(view, transport, serve, tell):
    gateway = Gateway(Hub(transport), authorize=allow_anyone)
    app = Starlette(routes=[Mount("/api/v1/ws", gateway)], lifespan=gateway.lifespan)
    page = view(f"{serve(app)}/api/v1/ws")
    tell(ProgressEvent, "render", message="Encoding")
    shows(page, "Encoding")
    assert page.complaints == []


# --- foreign text -------------------------------------------------------------------------------------------------

SCRIPT = "<script>hacked = 1</script>"
IMAGE = "<img src=x onerror='hacked = 1'>"


def test_markup_in_any_field_is_shown_as_text(view, tell):
    page = view()
    tell(
        ProgressEvent,
        f"name {IMAGE}",
        progress=0.5,
        message=f"message {SCRIPT}",
        stage=[f"stage {IMAGE}", SCRIPT],
        metadata={"attempt": IMAGE, "phase": SCRIPT, "note": f"metadata {SCRIPT}"},
    )
    tell(CompletedEvent, f"done {SCRIPT}", message=IMAGE, result={f"key {IMAGE}": f"result {SCRIPT}"})
    tell(ErrorEvent, "failed", error=f"error {SCRIPT}{IMAGE}", code=f"code {IMAGE}", details={SCRIPT: IMAGE})
    shows(page, f"error {SCRIPT}{IMAGE}")
    shows(page, f"error {SCRIPT}{IMAGE}", "#events")
    page.wait_until("document.getElementById('announcement').textContent")
    tell(StatusEvent, f"name {IMAGE}", status="stalled")
    shows(page, f"name {IMAGE}: Stalled.", "#announcement")
    page.evaluate("for (const more of document.querySelectorAll('details')) more.open = true")
    shows(page, f"metadata {SCRIPT}")
    shown = page.text("#cards")
    for text in (
        *(f"name {IMAGE}", f"message {SCRIPT}", f"stage {IMAGE}{THEN}{SCRIPT}", f"done {SCRIPT}", f"code {IMAGE}"),
        *(f"key {IMAGE}", f"result {SCRIPT}"),
    ):
        assert text in shown
    assert page.evaluate("document.querySelectorAll('img, body script, iframe').length") == 0
    assert page.evaluate("typeof hacked") == "undefined"
    assert page.complaints == []


def test_markup_that_got_in_all_the_same_would_not_run(view):
    page = view()
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', {json.dumps(IMAGE)})")
    page.wait_until("document.querySelector('img').complete")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), { text: 'hacked = 1' }))")
    assert page.evaluate("typeof hacked") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in page.complaints)


# --- for everybody ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def axe(require_component):
    return Path(require_component("axe_core_python").__file__).with_name("axe.min.js").read_text("utf-8")


def found_by_axe(page, axe):
    """Return what axe-core finds wrong, and the colours that it can't tell, in light and in dark."""
    page.evaluate(f"globalThis.axe ?? (() => {{ {axe} }})(); 0")
    found = []
    for scheme in ("light", "dark"):
        page.emulate(prefers_color_scheme=scheme)
        page.wait_until("document.getAnimations().every(({ animationName }) => animationName === 'wander')")
        # axe-core 4.4 takes a full bar beside a number for something over it (bgOverlap); 4.12 doesn't.
        found += page.evaluate(
            """axe.run(document, { resultTypes: ["violations", "incomplete"] }).then(({ violations, incomplete }) => {
                const found = (results) => results.flatMap(({ id, nodes }) =>
                    nodes.map(({ target, any }) => ({ id, target, ...any[0]?.data, message: any[0]?.message })));
                const unsure = found(incomplete.filter(({ id }) => id === "color-contrast"));
                return [...found(violations), ...unsure.filter(({ messageKey }) => messageKey !== "bgOverlap")];
            })"""
        )
    return found


def test_axe_would_see_what_is_wrong(view, page, axe):
    view()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    page.evaluate("document.querySelector('footer a').style.setProperty('color', '#888')")
    assert {found["id"] for found in found_by_axe(page, axe)} == {"button-name", "color-contrast"}


@pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.long)])
def test_axe_finds_nothing_wrong_in_any_state(view, tell, gateway, serve, axe, language):  # noqa: PLR0917 - fixtures
    url = gateway()
    page = view(url, f"?lang={language}")
    page.wait_until("!document.getElementById('empty').hidden")
    assert found_by_axe(page, axe) == []

    details = {"sentence": 1, "sentences": 2, "attempt": 1, "phase": "tts", "accuracy": 0.5}
    tell(ProgressEvent, "running", progress=0.4, message="at work", stage=["a", "b"], eta_s=70, metadata=details)
    tell(ProgressEvent, "unknown", message="at work", status="started")
    tell(StatusEvent, "waiting", status="queued")
    tell(StatusEvent, "silent", status="stalled")
    tell(StatusEvent, "again", status="retrying")
    tell(StatusEvent, "leaving", status="cancelled")
    tell(CompletedEvent, "done", result={"accuracy": 0.9, "verified": True})
    tell(ErrorEvent, "failing", error="disk full", code="ENOSPC")
    page.wait_until("document.querySelectorAll('.card').length === 8 && document.querySelector('#events li')")
    page.evaluate("document.querySelector('details').open = true")
    assert found_by_axe(page, axe) == []

    serve.stop(url)
    page.wait_until("!document.getElementById('notice').hidden")
    assert found_by_axe(page, axe) == []


def test_it_speaks_korean_where_that_is_asked_for(view, tell):
    tell(ProgressEvent, "음성 생성", progress=0.5, message="생성 중", eta_s=30)
    page = view(query="?lang=ko")
    shows(page, "생성 중")
    shown = card(page, "음성 생성")["text"]
    for text in ("진행 중", "50%", "1번째 시도", "시작", "약 30초 남음"):
        assert text in shown
    assert page.evaluate("document.documentElement.lang") == "ko"
    page.wait_until(f"document.title === '(1) {PROJECT} · 진행 상황'")
    page.goto(page.evaluate("document.getElementById('other-language').href"))
    page.wait_until(f"{LIVE} && document.documentElement.lang === 'en'")


def test_changes_of_state_are_announced_and_percents_are_not(view, tell, page):
    tell(ProgressEvent, "audio", progress=0.1)
    view()
    shows(page, "1 task, 1 active.", "#announcement")
    page.evaluate(
        """globalThis.said = [];
        globalThis.announcement = document.getElementById("announcement");
        new MutationObserver(() => said.push(announcement.textContent)).observe(announcement, { childList: true })"""
    )
    for percent in range(20, 90, 10):
        tell(ProgressEvent, "audio", progress=percent / 100)
        shows(page, f"{percent}%")
    tell(CompletedEvent, "audio")
    page.wait_until("said.length > 0")
    assert page.evaluate("said") == ["audio: Completed."]


def test_it_fits_a_small_phone(view, tell, page):
    page.emulate(width=320, height=640)
    tell(ProgressEvent, "x" * 128, progress=0.5, message="y" * 500, stage=["z" * 128])
    tell(CompletedEvent, "done", result={"url": "https://example.com/" + "u" * 200, "k" * 200: "v" * 200})
    tell(ErrorEvent, "failing", error="e" * 300, code="c" * 128)
    view()
    tell(StatusEvent, "w" * 100, status="started")
    page.wait_until("document.querySelectorAll('.card').length === 4 && document.querySelector('#events li')")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    sides = page.evaluate("[...document.querySelectorAll('.result > *')].map((side) => side.clientWidth)")
    assert len(sides) == 4
    assert min(sides) > 60


def test_it_can_be_used_by_keyboard(view, tell):
    tell(ProgressEvent, "audio", progress=0.5)
    tell(CompletedEvent, "done")
    page = view()
    page.wait_until("document.querySelectorAll('.card').length === 2")
    focused = "document.activeElement.dataset.group ?? document.activeElement.tagName"
    visited = []
    for _ in range(6):
        page.press("Tab", 9)
        visited.append(page.evaluate(focused))
    assert visited == ["all", "active", "attention", "done", "BUTTON", "SUMMARY"]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter", 13)
    shows(page, "run_id")
    page.evaluate("document.querySelector('[data-group=done]').focus()")
    page.press("Enter", 13)
    page.wait_until("document.querySelector('#cards').innerText.startsWith('done')")
    assert page.evaluate("document.querySelector('[aria-pressed=true]').dataset.group") == "done"
