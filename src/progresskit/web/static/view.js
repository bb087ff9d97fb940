// The live page of one project, in four rooms: its state (pure), the link to the gateway, its words, and the view.
// It is made of view.html, which loads this module; imported anywhere else, nothing runs by itself.

// --- state: what a reader keeps of a project, without a browser ---------------------------------------------------

export const MAX_TASKS = 1000;

const STATUSES = ["queued", "started", "in_progress", "retrying", "stalled", "completed", "failed", "cancelled"];
const EVENT_TYPES = ["progress", "status", "completed", "error"];
const OVERLAID = ["progress", "message", "metadata", "result", "error", "code", "details"];

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const knownStatus = (status) => (STATUSES.includes(status) ? status : "in_progress");

/** Read "<epoch>:<offset>"; null where it is something else. */
export function parseCursor(text) {
  const match = isText(text) && /^([A-Za-z0-9]{1,64}):([0-9]{1,16})$/.exec(text);
  return match ? { epoch: match[1], offset: Number(match[2]) } : null;
}

/** Lay an accepted event over the state of its task (undefined = none yet), and return the new state. */
export function overlay(state, event) {
  const { project_id, task_name, run_id, attempt, started_at, timestamp, cursor } = event;
  const next = state?.run_id === run_id ? { ...state } : { project_id, task_name, run_id };
  for (const name of OVERLAID) if (event[name] != null) next[name] = event[name];
  if (event.type === "progress") next.stage = event.stage ?? null;
  const eta_s = event.eta_s ?? null;
  const status = knownStatus(event.status);
  return { ...next, status, eta_s, attempt, started_at, updated_at: timestamp, cursor };
}

/** A project of which nothing is known yet. `tasks` is in the order of the last change, oldest first. */
export const emptyProject = () => ({ cursor: null, tasks: new Map() });

/**
 * Take in one frame of the gateway, and tell whether it was a snapshot or an event that counted.
 *
 * A snapshot that isn't `resumed` empties; every snapshot sets the tasks it names; an event overlays, unless it
 * stands at or before the cursor. Over 1,000 tasks, those that changed longest ago go. All else is ignored; an
 * event of an unknown kind still moves the cursor, so that it isn't asked for again.
 */
export function applyFrame(project, frame) {
  const at = isObject(frame) ? parseCursor(frame.cursor) : null;
  if (!at || frame.type === "heartbeat") return false;
  if (frame.type === "snapshot") {
    if (!frame.resumed) project.tasks.clear();
    const named = Array.isArray(frame.tasks) ? frame.tasks.filter(isState) : [];
    for (const state of named) project.tasks.set(state.task_name, { ...state, status: knownStatus(state.status) });
    const offset = (state) => parseCursor(state.cursor).offset;
    const byChange = [...project.tasks.values()].sort((one, other) => offset(one) - offset(other));
    project.tasks = new Map(byChange.slice(-MAX_TASKS).map((state) => [state.task_name, state]));
    project.cursor = frame.cursor;
    return true;
  }
  const now = parseCursor(project.cursor);
  if (now && now.epoch === at.epoch && at.offset <= now.offset) return false;
  project.cursor = frame.cursor;
  if (!EVENT_TYPES.includes(frame.type) || !isState(frame)) return false;
  const state = overlay(project.tasks.get(frame.task_name), frame);
  project.tasks.delete(frame.task_name);
  project.tasks.set(frame.task_name, state);
  if (project.tasks.size > MAX_TASKS) project.tasks.delete(project.tasks.keys().next().value);
  return true;
}

/** Tell whether a state or an accepted event names what all of them name. */
function isState(value) {
  if (!isObject(value) || !parseCursor(value.cursor)) return false;
  return [value.task_name, value.run_id, value.started_at].every(isText);
}

// --- link: the frames of one project, over a WebSocket that comes back by itself -----------------------------------

export const FIRST_BOUND_MS = 500;
export const LAST_BOUND_MS = 20_000;

const SUBPROTOCOL = "progresskit.v1";
const LOOK_MS = 2_000;
const QUIET_MS = 20_000; // a heartbeat comes after 15 s of silence
const DEAD_MS = 35_000;
const MAX_RETRY_AFTER_MS = 60_000;
const TOO_MANY = 4429;
// Bad request, who are you, not yours: the same again would be refused again. Of the other codes, 4408 (credentials
// expired) is tried again with what the page then has, and 4401 follows if that isn't enough; 4429 backs off fully.
const FINAL_CODES = [4400, 4401, 4404];

/** Draw the wait before a reconnect: full jitter under a bound that doubles with every failure. */
export function backoffMs(failures, random = Math.random) {
  return random() * Math.min(LAST_BOUND_MS, FIRST_BOUND_MS * 2 ** failures);
}

/** Make the second subprotocol of a token: browsers let no page set a header on a WebSocket. */
export function bearerSubprotocol(token) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  return `bearer.${btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/**
 * Follows a stream: connects, resumes, notices silence, and says in which phase it is.
 *
 * `phase` is `connecting` until the first frame ever, then `open`; `reconnecting` while it waits or tries again
 * (`retryAt`, in the clock of Date.now); `closed` for good, with the close `code`.
 */
export class Link {
  #options;
  #socket = null;
  #timer = 0;
  #watchdog = 0;
  #failures = 0;
  #retryAfterMs = 0;

  /** `url` of the stream; `token()` and `cursor()` are asked on every connect; `onFrames(frames)`, `onPhase(link)`. */
  constructor(url, { token, cursor, onFrames, onPhase }) {
    this.#options = { url, token, cursor, onFrames, onPhase };
    this.phase = "connecting";
    this.code = 0;
    this.retryAt = 0;
  }

  /** Connect now, whatever the phase. */
  connect() {
    this.#drop();
    const { url, token, cursor } = this.#options;
    const target = new URL(url);
    target.protocol = target.protocol.replace("http", "ws");
    target.searchParams.set("batch", "1");
    if (cursor()) target.searchParams.set("after", cursor());
    const bearer = token();
    const socket = new WebSocket(target, bearer ? [SUBPROTOCOL, bearerSubprotocol(bearer)] : [SUBPROTOCOL]);
    this.#socket = socket;
    this.#retryAfterMs = 0;
    let heardAt = Date.now();
    let asked = false;
    socket.onmessage = ({ data }) => {
      heardAt = Date.now();
      asked = false;
      this.#receive(data);
    };
    socket.onclose = ({ code }) => this.#lost(code);
    // A link that is silently half open never closes by itself: ask, and leave it where no answer comes.
    this.#watchdog = setInterval(() => {
      const silence = Date.now() - heardAt;
      if (silence > DEAD_MS) this.#lost(1006);
      else if (silence > QUIET_MS && !asked && socket.readyState === WebSocket.OPEN) {
        asked = true;
        socket.send("ping");
      }
    }, LOOK_MS);
    this.#enter(this.phase === "connecting" ? "connecting" : "reconnecting");
  }

  /** Connect at once where a reconnect is waited for. */
  hurry() {
    if (this.phase === "reconnecting" && !this.#socket) this.connect();
  }

  #receive(data) {
    let frames;
    try {
      frames = [JSON.parse(data)].flat();
    } catch {
      return; // whatever it is, it is no frame of ours
    }
    for (const frame of frames) {
      if (frame?.type !== "closing") continue;
      this.#retryAfterMs = Math.min(Math.max(0, frame.retry_after_ms) || 0, MAX_RETRY_AFTER_MS);
    }
    this.#options.onFrames(frames);
    if (this.phase !== "open" && frames.some((frame) => frame?.type === "snapshot")) {
      this.#failures = 0;
      this.#enter("open");
    }
  }

  #lost(code) {
    this.#drop();
    this.code = code;
    if (FINAL_CODES.includes(code)) {
      this.#enter("closed");
      return;
    }
    if (code === TOO_MANY) this.#failures = Math.ceil(Math.log2(LAST_BOUND_MS / FIRST_BOUND_MS));
    const waitMs = this.#retryAfterMs + backoffMs(this.#failures);
    this.#failures += 1;
    this.retryAt = Date.now() + waitMs;
    this.#timer = setTimeout(() => this.connect(), waitMs);
    this.#enter("reconnecting");
  }

  #drop() {
    clearTimeout(this.#timer);
    clearInterval(this.#watchdog);
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #enter(phase) {
    this.phase = phase;
    this.#options.onPhase(this);
  }

  /** Whether a connection is being tried, rather than waited for. */
  get trying() {
    return this.#socket !== null;
  }
}

// --- words: English and Korean -------------------------------------------------------------------------------------

const TEXTS = {
  en: {
    progress: "Progress",
    title: (project, active) => (active ? `(${active}) ${project} · progress` : `${project} · progress`),
    tasks: "Tasks",
    log: "Last events",
    more: "Details",
    retry: "Try now",
    other: ["ko", "한국어"],
    emptyTitle: "Nothing here yet",
    emptyText: "A task appears here by itself as soon as it reports to this project:",
    none: "No task is in this group at the moment.",
    groups: { all: "All", active: "Active", attention: "Needs a look", done: "Done" },
    phases: { connecting: "Connecting…", open: "Live", reconnecting: "Reconnecting…", closed: "Disconnected" },
    retryIn: (seconds) => `Trying again in ${seconds}.`,
    trying: "Trying again…",
    lost: "The connection was lost",
    asOf: (time) => `What you see is from ${time}.`,
    restored: "Connected again",
    busy: "The server has too many connections",
    refused: {
      4400: ["This address isn’t valid", "The project’s name in the address can’t be one. Check the link."],
      4401: ["Please identify yourself", "Open the link that you were given once more, or sign in and reload this page."],
      4404: ["There is nothing to see here", "The project doesn’t exist, or it isn’t yours to watch. Check the link."],
    },
    statuses: {
      queued: "Queued",
      started: "Started",
      in_progress: "In progress",
      retrying: "Retrying",
      stalled: "Stalled",
      completed: "Completed",
      failed: "Failed",
      cancelled: "Cancelled",
    },
    stalledNote: "Not heard of for a while. It may still be at work.",
    unknown: "Progress unknown",
    attempt: (n) => `Attempt ${n}`,
    started: (time) => `started ${time}`,
    took: (duration) => `took ${duration}`,
    left: (duration) => `about ${duration} left`,
    sentence: (n, of) => (of ? `Sentence ${n} of ${of}` : `Sentence ${n}`),
    take: (n, of) => (of ? `Take ${n} of ${of}` : `Take ${n}`),
    accuracy: (percent) => `Accuracy ${percent}`,
    speech: { tts: "Speaking", stt: "Listening back", scored: "Checked" },
    keys: {
      accuracy: "Accuracy",
      attempts: "Attempts",
      audio_url: "Audio",
      result: "Result",
      target: "Target",
      verified: "Verified",
      wav: "File",
    },
    yes: "yes",
    no: "no",
    announce: (task, status) => `${task}: ${status}.`,
    announceMany: (n) => `${n} tasks changed.`,
    announceAll: (n, active) => `${n === 1 ? "1 task" : `${n} tasks`}, ${active} active.`,
  },
  ko: {
    progress: "진행 상황",
    title: (project, active) => (active ? `(${active}) ${project} · 진행 상황` : `${project} · 진행 상황`),
    tasks: "작업",
    log: "최근 이벤트",
    more: "자세히",
    retry: "지금 다시 연결",
    other: ["en", "English"],
    emptyTitle: "아직 작업이 없습니다",
    emptyText: "이 프로젝트에 작업이 보고되는 대로 여기에 자동으로 나타납니다.",
    none: "지금 이 그룹에 해당하는 작업이 없습니다.",
    groups: { all: "전체", active: "진행 중", attention: "확인 필요", done: "완료" },
    phases: { connecting: "연결 중…", open: "실시간", reconnecting: "다시 연결 중…", closed: "연결 끊김" },
    retryIn: (seconds) => `${seconds} 후에 다시 연결합니다.`,
    trying: "다시 연결하는 중…",
    lost: "연결이 끊어졌습니다",
    asOf: (time) => `지금 보이는 내용은 ${time} 기준입니다.`,
    restored: "다시 연결되었습니다",
    busy: "서버에 연결이 너무 많습니다",
    refused: {
      4400: ["올바르지 않은 주소입니다", "주소에 있는 프로젝트 이름을 쓸 수 없습니다. 링크를 확인해 주세요."],
      4401: ["본인 확인이 필요합니다", "받은 링크를 다시 열거나, 로그인한 뒤 이 페이지를 새로 고쳐 주세요."],
      4404: ["볼 수 있는 내용이 없습니다", "프로젝트가 없거나 볼 권한이 없습니다. 링크를 확인해 주세요."],
    },
    statuses: {
      queued: "대기 중",
      started: "시작됨",
      in_progress: "진행 중",
      retrying: "재시도 중",
      stalled: "응답 없음",
      completed: "완료",
      failed: "실패",
      cancelled: "취소됨",
    },
    stalledNote: "한동안 소식이 없습니다. 아직 작업 중일 수 있습니다.",
    unknown: "진행률 알 수 없음",
    attempt: (n) => `${n}번째 시도`,
    started: (time) => `${time} 시작`,
    took: (duration) => `${duration} 걸림`,
    left: (duration) => `약 ${duration} 남음`,
    sentence: (n, of) => (of ? `문장 ${n}/${of}` : `문장 ${n}`),
    take: (n, of) => (of ? `녹음 ${n}/${of}` : `녹음 ${n}`),
    accuracy: (percent) => `정확도 ${percent}`,
    speech: { tts: "말하는 중", stt: "다시 듣는 중", scored: "확인함" },
    keys: {
      accuracy: "정확도",
      attempts: "시도 횟수",
      audio_url: "오디오",
      result: "결과",
      target: "목표",
      verified: "검증됨",
      wav: "파일",
    },
    yes: "예",
    no: "아니요",
    announce: (task, status) => `${task}: ${status}.`,
    announceMany: (n) => `작업 ${n}개의 상태가 바뀌었습니다.`,
    announceAll: (n, active) => `작업 ${n}개, 진행 중 ${active}개.`,
  },
};

const languageOf = (tag) => String(tag ?? "").toLowerCase().split("-")[0];

/** Choose "en" or "ko": what is asked for, else the first of the reader's languages that we speak. */
export function chooseLanguage(asked, preferred = []) {
  return [asked, ...preferred].map(languageOf).find((language) => Object.hasOwn(TEXTS, language)) ?? "en";
}

/** The words of one language, with numbers, times and durations as its readers write them. */
class Words {
  constructor(language, preferred) {
    this.language = language;
    Object.assign(this, TEXTS[language]);
    const locale = preferred.find((tag) => languageOf(tag) === language) ?? language;
    const number = (options) => new Intl.NumberFormat(locale, options);
    this.whole = number({ style: "percent", maximumFractionDigits: 0 });
    this.exact = number({ style: "percent", maximumFractionDigits: 1 });
    const unit = (name) => number({ style: "unit", unit: name, unitDisplay: "short" });
    this.units = { h: unit("hour"), min: unit("minute"), s: unit("second") };
    this.clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
    this.day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  }

  /** Write a fraction in whole percent, never rounded up: 100 % is only what is finished. */
  percent(fraction) {
    return this.whole.format(wholePercent(fraction) / 100);
  }

  /** Write a moment, a Date or a timestamp, as a time; with its day where that isn't today. */
  time(value) {
    const moment = new Date(value);
    if (Number.isNaN(moment.getTime())) return "";
    return (moment.toDateString() === new Date().toDateString() ? this.clock : this.day).format(moment);
  }

  /** Write seconds in the two largest units that count. */
  duration(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const [h, min, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const parts = h ? { h, min } : min ? { min, s } : { s };
    const written = Object.entries(parts).filter(([, n], place) => n || !place);
    return written.map(([name, n]) => this.units[name].format(n)).join(" ");
  }

  /** Write how long something may still take, no more exactly than it is known. */
  estimate(seconds) {
    const step = seconds < 20 ? 1 : seconds < 120 ? 5 : seconds < 3600 ? 60 : 300;
    return this.duration(Math.max(1, Math.ceil(seconds / step) * step));
  }
}

const wholePercent = (fraction) => Math.floor(fraction * 100 + 1e-9);

// --- view: what view.html shows. Text of others enters it by textContent alone -------------------------------------

const LOG_ROWS = 50;
const LOG_PACE_MS = 250;
const ANNOUNCE_PACE_MS = 3_000;
const NOTICE_AFTER_MS = 1_000; // most reconnects are over by then
const RESULT_ROWS = 8;
const MANY = 24; // from here on the browser may skip what is out of sight
const TERMINAL = ["completed", "failed", "cancelled"];
const RUNNING = ["started", "in_progress", "retrying"];
const GROUPS = {
  all: STATUSES,
  active: ["queued", ...RUNNING],
  attention: ["stalled", "failed"],
  done: ["completed", "cancelled"],
};

const written = new WeakMap();

/** Show a text, or hide its element where there is none. */
function put(node, text) {
  if (written.get(node) === text) return;
  written.set(node, text);
  node.textContent = text;
  node.hidden = text === "";
}

/** Show items as the children that `make` gives for each, anew only where something changed. */
function fill(node, items, make) {
  const key = JSON.stringify(items);
  if (written.get(node) === key) return;
  written.set(node, key);
  node.replaceChildren(...items.flatMap(make));
  node.hidden = items.length === 0;
}

function element(name, text, attributes = {}) {
  const node = document.createElement(name);
  node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

const path = (stage) => (Array.isArray(stage) ? stage.join(" › ") : "");

/** Write JSON for people: on one line where it is short. */
function json(value) {
  const line = JSON.stringify(value);
  return line.length <= 60 ? line : JSON.stringify(value, null, 2);
}

/** Find the named parts of a card. */
function parts(root) {
  return Object.fromEntries(Array.from(root.querySelectorAll("[data-part]"), (node) => [node.dataset.part, node]));
}

const pair = ([key, value]) => [element("dt", key), element("dd", value)];

/** One task on the page. */
class Card {
  static #made = 0;

  constructor(words) {
    this.words = words;
    this.state = null;
    this.root = document.getElementById("card").content.firstElementChild.cloneNode(true);
    this.part = parts(this.root);
    translate(this.root, words);
    const { name, bar, more } = this.part;
    name.id = `task-${(Card.#made += 1)}`;
    for (const node of [bar, this.root.firstElementChild]) node.setAttribute("aria-labelledby", name.id);
    more.addEventListener("toggle", () => this.#renderMore());
  }

  render(state) {
    const { words, part } = this;
    const { status, error, code } = state;
    this.state = state;
    this.renderedAt = performance.now();
    this.root.dataset.status = status;
    put(part.name, state.task_name);
    put(part.status, words.statuses[status]);
    part.icon.setAttribute("href", `#icon-${["started", "in_progress"].includes(status) ? "running" : status}`);
    this.#renderBar(state);
    put(part.stage, TERMINAL.includes(status) ? "" : path(state.stage));
    put(part.message, state.message ?? "");
    fill(part.facts, this.#facts(state), (text) => element("li", text));
    put(part.note, status === "stalled" ? words.stalledNote : "");
    part.error.hidden = status !== "failed";
    put(part.errorText, error ?? "");
    put(part.code, code ?? "");
    fill(part.result, this.#resultRows(state), pair);
    put(part.attempt, words.attempt(state.attempt));
    put(part.time, this.#time(state));
    this.tick();
    if (part.more.open) this.#renderMore();
  }

  /** Show what changes by itself: how long it may still take. */
  tick() {
    const { status, eta_s } = this.state;
    const leftS = eta_s == null || !RUNNING.includes(status) ? 0 : eta_s - (performance.now() - this.renderedAt) / 1000;
    put(this.part.eta, leftS > 0 ? this.words.left(this.words.estimate(leftS)) : "");
  }

  #time({ status, started_at, updated_at }) {
    if (!TERMINAL.includes(status)) return this.words.started(this.words.time(started_at));
    return this.words.took(this.words.duration((Date.parse(updated_at) - Date.parse(started_at)) / 1000));
  }

  #renderBar({ status, progress }) {
    const { bar, fill: filled, percent } = this.part;
    const known = typeof progress === "number";
    const now = String(known ? wholePercent(progress) : "");
    bar.toggleAttribute("data-unknown", !known && (RUNNING.includes(status) || status === "stalled"));
    filled.style.setProperty("--reached", known ? progress : 0);
    put(percent, known ? this.words.percent(progress) : "");
    if (bar.getAttribute("aria-valuenow") === now && known) return;
    if (known) bar.setAttribute("aria-valuenow", now);
    else bar.removeAttribute("aria-valuenow");
    bar.setAttribute("aria-valuetext", known ? this.words.percent(progress) : this.words.unknown);
  }

  /** What the metadata of speech says of a run that isn't done: of its last sentence, not of the whole. */
  #facts({ metadata, status }) {
    if (status === "completed") return [];
    const { sentence, sentences, attempt, max_attempts, accuracy, phase } = metadata ?? {};
    const { words } = this;
    const facts = [];
    if (Number.isInteger(sentence)) facts.push(words.sentence(sentence, sentences));
    if (Number.isInteger(attempt)) facts.push(words.take(attempt, max_attempts));
    if (Object.hasOwn(words.speech, phase) && !TERMINAL.includes(status)) facts.push(words.speech[phase]);
    if (typeof accuracy === "number") facts.push(words.accuracy(words.exact.format(accuracy)));
    return facts;
  }

  #resultRows({ status, result }) {
    if (status !== "completed" || result == null) return [];
    const rows = isObject(result) ? Object.entries(result).filter(([, value]) => value !== null) : [["result", result]];
    const { keys } = this.words;
    const label = (key) => (Object.hasOwn(keys, key) ? keys[key] : key);
    return rows.slice(0, RESULT_ROWS).map(([key, value]) => [label(key), this.#value(key, value)]);
  }

  #value(key, value) {
    if (typeof value === "boolean") return value ? this.words.yes : this.words.no;
    if (["accuracy", "target"].includes(key) && typeof value === "number") return this.words.exact.format(value);
    return isText(value) ? value : JSON.stringify(value);
  }

  /** The rest, by its names on the wire, while somebody looks. */
  #renderMore() {
    const names = ["run_id", "started_at", "updated_at", "cursor", "stage", "metadata", "result", "details"];
    const rows = names.filter((name) => this.state[name] != null).map((name) => [name, this.state[name]]);
    fill(this.part.all, rows, ([name, value]) => pair([name, isText(value) ? value : json(value)]));
  }
}

/** Says what changed to those who don't see it: at most every 3 s, in few words. */
class Announcer {
  #pending = new Map();
  #timer = 0;

  constructor(node, words) {
    this.node = node;
    this.words = words;
  }

  say(topic, text) {
    this.#pending.set(topic, text);
    this.#timer ||= setTimeout(() => this.#speak(), ANNOUNCE_PACE_MS);
  }

  #speak() {
    const texts = [...this.#pending.values()];
    this.#pending.clear();
    this.#timer = 0;
    this.node.textContent = texts.length > 3 ? this.words.announceMany(texts.length) : texts.join(" ");
  }
}

function translate(root, words) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = words[node.dataset.text];
}

const byId = (id) => document.getElementById(id);

/** Read the token from the URL's fragment, which never leaves the browser: `#token=…`. */
function tokenOf(fragment) {
  const text = /[#&]token=([^&]*)/.exec(fragment)?.[1] ?? "";
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

class View {
  #cards = new Map();
  #log = [];
  #group = "all";
  #asked = false;
  #logTimer = 0;
  #lostAt = 0;
  #heardAt = null;

  constructor() {
    const asked = new URLSearchParams(location.search).get("lang");
    this.words = new Words(chooseLanguage(asked, navigator.languages), navigator.languages);
    this.projectId = decodeURIComponent(location.pathname.split("/").at(-2));
    this.project = emptyProject();
    this.announcer = new Announcer(byId("announcement"), this.words);
    this.#dress();
    this.link = new Link(new URL("stream", location.href), {
      token: () => tokenOf(location.hash),
      cursor: () => this.project.cursor,
      onFrames: (frames) => this.#take(frames),
      onPhase: () => this.#renderLink(),
    });
    this.link.connect();
    byId("retry").addEventListener("click", () => this.link.connect());
    addEventListener("hashchange", () => {
      byId("other-language").hash = location.hash;
      this.link.connect();
    });
    addEventListener("online", () => this.link.hurry());
    addEventListener("visibilitychange", () => document.hidden || this.link.hurry());
    setInterval(() => this.#tick(), 1000);
  }

  /** Put on the page what doesn't change: its language, its words, the project's name, the filter. */
  #dress() {
    const { words, projectId } = this;
    document.documentElement.lang = words.language;
    translate(document, words);
    byId("project").textContent = projectId;
    byId("sample").textContent = [
      "from progresskit import Publisher",
      "",
      "# the same transport as this server's",
      "publisher = Publisher(transport)",
      "",
      `with publisher.task("${projectId}", "my_task") as task:`,
      '    task.progress(0.2, "Initializing")',
    ].join("\n");
    const [code, name] = words.other;
    const other = byId("other-language");
    other.textContent = name;
    other.lang = other.hreflang = code;
    other.href = `?lang=${code}${location.hash}`;
    for (const group of Object.keys(GROUPS)) {
      const button = element("button", "", { type: "button", "data-group": group });
      button.append(words.groups[group], " ", element("span", "0", { class: "count" }));
      button.addEventListener("click", () => this.#choose(group));
      byId("filter").append(button);
    }
    this.#choose("all");
    this.#renderTitle();
  }

  #take(frames) {
    this.#heardAt = new Date();
    for (const frame of frames) {
      if (applyFrame(this.project, frame) && frame.type !== "snapshot") this.#note(frame);
    }
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => this.#render());
  }

  /** Remember an event in the log; progress that says nothing new takes the place of the one before. */
  #note({ type, timestamp, task_name, status, progress, message, error, stage }) {
    const text = error ?? message ?? path(stage);
    const last = this.#log.at(-1);
    const repeats = type === "progress" && last?.type === type && last.task_name === task_name && last.text === text;
    if (repeats) this.#log.pop();
    this.#log.push({ type, timestamp, task_name, status: knownStatus(status), progress, text });
    if (this.#log.length > 2 * LOG_ROWS) this.#log.splice(0, LOG_ROWS);
    this.#logTimer ||= setTimeout(() => this.#renderLog(), LOG_PACE_MS);
  }

  #render() {
    this.#asked = false;
    const { tasks } = this.project;
    const isFirst = this.#cards.size === 0;
    for (const [name, card] of this.#cards) {
      if (tasks.has(name)) continue;
      card.root.remove();
      this.#cards.delete(name);
    }
    const fresh = [];
    for (const state of tasks.values()) {
      const card = this.#cards.get(state.task_name);
      if (card?.state === state) continue;
      if (card) this.#update(card, state);
      else fresh.push(state);
    }
    fresh.sort((one, other) => one.started_at.localeCompare(other.started_at));
    for (const state of fresh) this.#update(this.#add(state.task_name), state, isFirst);
    this.#renderCounts();
    if (isFirst && tasks.size) this.announcer.say("all", this.words.announceAll(tasks.size, this.#counts().active));
    byId("empty").hidden = tasks.size > 0 || this.project.cursor === null;
    byId("tasks").hidden = tasks.size === 0;
  }

  #add(name) {
    const card = new Card(this.words);
    this.#cards.set(name, card);
    byId("cards").append(card.root);
    return card;
  }

  #update(card, state, isQuiet = false) {
    const isNews = card.state?.status !== state.status;
    card.render(state);
    card.root.hidden = !GROUPS[this.#group].includes(state.status);
    if (isNews && !isQuiet) {
      this.announcer.say(state.task_name, this.words.announce(state.task_name, this.words.statuses[state.status]));
    }
  }

  /** Count the tasks of each group. */
  #counts() {
    const of = Object.fromEntries(STATUSES.map((status) => [status, 0]));
    for (const { status } of this.project.tasks.values()) of[status] += 1;
    const sum = (statuses) => statuses.reduce((total, status) => total + of[status], 0);
    return Object.fromEntries(Object.entries(GROUPS).map(([group, statuses]) => [group, sum(statuses)]));
  }

  #choose(group) {
    this.#group = group;
    for (const button of byId("filter").children) button.setAttribute("aria-pressed", button.dataset.group === group);
    for (const card of this.#cards.values()) card.root.hidden = !GROUPS[group].includes(card.state.status);
    this.#renderCounts();
  }

  #renderCounts() {
    const counts = this.#counts();
    for (const button of byId("filter").children) put(button.lastElementChild, String(counts[button.dataset.group]));
    byId("filter").hidden = counts.all < 2 && this.#group === "all";
    byId("none").hidden = counts[this.#group] > 0;
    byId("cards").toggleAttribute("data-many", counts.all > MANY);
  }

  /** Bring the rows of the log up to date; those that stay are left alone. */
  #renderLog() {
    this.#logTimer = 0;
    byId("log").hidden = false;
    document.body.dataset.log = "";
    const entries = this.#log.slice(-LOG_ROWS);
    for (const entry of entries) entry.row ??= this.#logRow(entry);
    const kept = new Set(entries.map(({ row }) => row));
    for (const row of [...byId("events").children]) if (!kept.has(row)) row.remove();
    const added = entries.map(({ row }) => row).filter((row) => !row.isConnected);
    byId("events").prepend(...added.reverse());
  }

  #logRow({ timestamp, task_name, status, progress, text }) {
    const { words } = this;
    const name = words.statuses[status];
    const row = element("li", "", { "data-status": status });
    row.append(
      element("time", words.time(timestamp), { datetime: timestamp }),
      element("b", task_name),
      element("span", typeof progress === "number" ? `${name} ${words.percent(progress)}` : name, { class: "said" }),
      element("span", text, { class: "text" }),
    );
    return row;
  }

  #renderLink() {
    const { phase, code } = this.link;
    const badge = byId("link");
    const former = badge.dataset.phase;
    badge.dataset.phase = document.body.dataset.phase = phase;
    put(byId("link-text"), this.words.phases[phase]);
    if (phase !== "reconnecting") this.#lostAt = 0;
    else this.#lostAt ||= Date.now();
    if (phase === "closed") this.announcer.say("link", this.words.refused[code].join(". "));
    else if (phase === "reconnecting" && former !== phase) this.announcer.say("link", `${this.words.lost}.`);
    else if (phase === "open" && former === "reconnecting") this.announcer.say("link", `${this.words.restored}.`);
    this.#renderNotice();
  }

  #renderNotice() {
    const { words, link } = this;
    const isLost = link.phase === "reconnecting" && Date.now() - this.#lostAt >= NOTICE_AFTER_MS;
    byId("notice").hidden = !isLost && link.phase !== "closed";
    byId("notice").dataset.phase = link.phase;
    if (link.phase === "closed") {
      const [title, text] = words.refused[link.code];
      put(byId("notice-title"), title);
      put(byId("notice-text"), text);
    } else if (isLost) {
      const waitS = Math.ceil((link.retryAt - Date.now()) / 1000);
      const next = link.trying || waitS < 1 ? words.trying : words.retryIn(words.duration(waitS));
      put(byId("notice-title"), link.code === TOO_MANY ? words.busy : words.lost);
      put(byId("notice-text"), this.#heardAt ? `${next} ${words.asOf(words.time(this.#heardAt))}` : next);
    }
  }

  #renderTitle() {
    put(document.querySelector("title"), this.words.title(this.projectId, this.#counts().active));
  }

  /** What goes on with the clock alone, and what a hidden page, which draws no frames, still owes its tab. */
  #tick() {
    this.#renderTitle();
    this.#renderNotice();
    for (const card of this.#cards.values()) card.tick();
  }
}

if (globalThis.document?.body?.dataset.progresskit === "view") new View();
