/**
 * `<progress-stream project="p">`: one task of a project, for pages without a build.
 *
 * Attributes: `src` (the gateway; left out: what `configure` said), `project`, `task` (left out: the one that started
 * last), `label` (left out: the task's name), `lang` (`en`, `ko`). DOM events, whose `detail` is the state of the
 * task: `completed`, `error`, and `progress` for every other change; none for what is already so when the page comes.
 * Parts to style: `label`, `value`, `bar`, `message`, `status`, each with the status too: `::part(bar failed)`.
 */
import { connect } from "./client.js";
import { newest } from "./fold.js";
import type { ProjectStore } from "./store.js";
import { STATUSES, type Status, type TaskState } from "./wire.js";

/** The words of the statuses, in their order, and two of the connection. */
const WORDS = {
  en: ["Queued", "Started", "In progress", "Retrying", "Stalled", "Completed", "Failed", "Cancelled", "Connecting…", "Disconnected"],
  ko: ["대기 중", "시작됨", "진행 중", "재시도 중", "응답 없음", "완료", "실패", "취소됨", "연결 중…", "연결 끊김"],
};
const CONNECTING = STATUSES.length;
const LOST = CONNECTING + 1;
/** A screen reader hears no more often than this how far a task is; of its end at once. */
const ANNOUNCE_MS = 10_000;
/** The events of an end. */
const ENDS: Partial<Record<Status, string>> = { completed: "completed", failed: "error" };
const PARTS = { label: "span", value: "span", bar: "progress", message: "span", status: "span" } as const;
const STYLE = `
:host{display:grid;grid-template-columns:1fr auto;gap:.2em 1em;position:relative;font:1rem/1.4 system-ui,sans-serif;color-scheme:light dark}
:host([hidden]){display:none}
progress{grid-column:span 2;width:100%;accent-color:light-dark(#1d5fd0,#7db0ff)}
span{overflow-wrap:anywhere}
[part~=value],[part~=status]{text-align:end;font-variant-numeric:tabular-nums}
[part~=failed]:not([part~=label],[part~=value]){color:light-dark(#b3261e,#ff9a92);accent-color:currentColor}
p{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)}`;

// Where there is no DOM (a server that renders the page), the module loads all the same.
const Base = globalThis.HTMLElement ?? class {};

/** The element; importing the module defines it. */
export class ProgressStream extends Base {
  static readonly observedAttributes = ["src", "project", "task", "label", "lang"];
  #store: ProjectStore | null = null;
  readonly #parts: Partial<Record<keyof typeof PARTS, HTMLElement>> = {};
  #region: HTMLElement | null = null;
  /** The task as it was shown last; undefined: nothing is known yet. */
  #shown: TaskState | null | undefined;
  #news = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    if (!this.#region) this.#build();
    this.#follow();
  }

  disconnectedCallback(): void {
    this.#leave();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || !this.#region || before === now) return;
    if (name === "src" || name === "project") return this.#follow();
    if (name === "task") this.#shown = undefined;
    this.#show();
  }

  #build(): void {
    const root = this.attachShadow({ mode: "open" });
    // Neither a style element nor markup: strict content policies forbid both.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    for (const name in PARTS) {
      const part = name as keyof typeof PARTS;
      root.append((this.#parts[part] = document.createElement(PARTS[part])));
    }
    root.append((this.#region = document.createElement("p")));
    this.#region.setAttribute("role", "status");
  }

  #follow(): void {
    this.#leave();
    const project = this.getAttribute("project");
    if (project) {
      this.#store = connect(this.getAttribute("src") ?? undefined, project);
      this.#store.subscribe(() => this.#show());
    }
    this.#show();
  }

  #leave(): void {
    this.#store?.close();
    this.#store = null;
    this.#shown = undefined;
    this.#hush();
  }

  #show(): void {
    const snapshot = this.#store?.getSnapshot();
    const name = this.getAttribute("task");
    const task = (snapshot && (name === null ? newest(snapshot.tasks) : snapshot.tasks.get(name))) ?? null;
    const isLost = !snapshot || !["connecting", "open"].includes(snapshot.connection);
    const words = WORDS[this.closest<HTMLElement>("[lang]")?.lang.startsWith("ko") ? "ko" : "en"];
    const status = words[task ? STATUSES.indexOf(task.status) : isLost ? LOST : CONNECTING]!;
    const label = this.getAttribute("label") ?? task?.task_name ?? name ?? "";
    const value = task?.progress ?? null;
    const percent = value === null ? "" : `${Math.floor(value * 100 + 1e-9)}%`; // 100 % is only what is finished

    const texts: Partial<Record<string, string>> = {
      label,
      value: percent,
      message: task?.error ?? task?.message ?? "",
      status: task && isLost ? `${status} · ${words[LOST]}` : status,
    };
    for (const [name, part] of Object.entries(this.#parts)) {
      part.setAttribute("part", task ? `${name} ${task.status}` : name);
      const text = texts[name] ?? "";
      if (part.textContent !== text) part.textContent = text;
    }
    const bar = this.#parts.bar as HTMLProgressElement;
    bar.setAttribute("aria-label", label || status);
    if (value === null) bar.removeAttribute("value");
    else bar.value = value;

    if (!snapshot?.isWhole) return;
    this.#announce(`${label} ${status} ${percent}`, task);
    const before = this.#shown;
    this.#shown = task;
    // What stands there with the first snapshot is no news: a page that reloads at `completed` would never rest.
    if (before !== undefined && task && task !== before) {
      this.dispatchEvent(new CustomEvent(ENDS[task.status] ?? "progress", { detail: task }));
    }
  }

  #announce(news: string, task: TaskState | null): void {
    if (!task || news === this.#news) return;
    this.#news = news;
    const say = () => {
      this.#hush();
      this.#region!.textContent = this.#news;
    };
    if (ENDS[task.status]) say();
    else this.#timer ??= setTimeout(say, ANNOUNCE_MS);
  }

  #hush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "progress-stream": ProgressStream;
  }
}

if (globalThis.customElements && !customElements.get("progress-stream")) {
  customElements.define("progress-stream", ProgressStream as CustomElementConstructor);
}
