/** What view.html shows: the snapshots of a store, drawn at most once a frame, and the log of its events. */
import type { ProjectSnapshot, ProjectStore } from "../store.js";
import type { TaskEvent } from "../wire.js";
import { Announcer } from "./announcer.js";
import { byId, translate } from "./dom.js";
import { Log } from "./log.js";
import { Notice } from "./notice.js";
import { countOf, Tasks } from "./tasks.js";
import { chooseLanguage, wordsOf, type Words } from "./words.js";

/** Follows the project with a token, if there is one. */
export type Follow = (token: string | null, onEvent: (event: TaskEvent) => void) => ProjectStore;

export class View {
  readonly #words: Words;
  readonly #log: Log;
  readonly #notice: Notice;
  readonly #tasks: Tasks;
  #store: ProjectStore | null = null;
  /** The last snapshot that knew something: it stays until a new connection knows more. */
  #known: ProjectSnapshot | null = null;
  #isDue = false;

  constructor(
    readonly projectId: string,
    readonly follow: Follow,
  ) {
    const asked = new URLSearchParams(location.search).get("lang");
    this.#words = wordsOf(chooseLanguage(asked, navigator.languages), navigator.languages);
    this.#dress();
    const announcer = new Announcer(byId("announcement"), this.#words);
    this.#log = new Log(this.#words);
    this.#notice = new Notice(this.#words, announcer, () => this.#store!.retry());
    this.#tasks = new Tasks(this.#words, announcer, (taskName) => this.#store!.cancel(taskName));
    this.#connect();
    addEventListener("hashchange", () => {
      byId("other-language").setAttribute("href", this.#otherLanguage());
      this.#connect();
    });
    setInterval(() => this.#tick(), 1000);
  }

  /** Connect, with the token that the address now has. */
  #connect(): void {
    const former = this.#store;
    this.#store = this.follow(tokenOf(location.hash), (event) => this.#note(event));
    this.#store.subscribe(() => this.#renderSoon());
    former?.close();
    this.#renderSoon();
  }

  #note(event: TaskEvent): void {
    this.#log.note(event);
    this.#tasks.note(event);
  }

  /** Return what the store says, and remember it if it knows something. */
  #look(): ProjectSnapshot {
    const snapshot = this.#store!.getSnapshot();
    if (snapshot.cursor !== null) this.#known = snapshot;
    return snapshot;
  }

  /** Draw with the next frame, however much changes until then. */
  #renderSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    this.#isDue = false;
    this.#notice.render(this.#look());
    const known = this.#known;
    if (!known) return;
    document.body.dataset.may = known.actions.join(" ");
    this.#tasks.render(known);
    byId("log").hidden = known.tasks.size === 0;
  }

  /** What goes on with the clock alone, and what a hidden page, which draws no frames, still owes its tab. */
  #tick(): void {
    this.#look();
    this.#renderTitle();
    this.#notice.tick();
    this.#tasks.tick();
  }

  #renderTitle(): void {
    const title = this.#words.title(this.projectId, countOf(this.#known?.tasks ?? new Map()).active);
    if (document.title !== title) document.title = title;
  }

  /** Put on the page what doesn't change: its language, its words, the project's name. */
  #dress(): void {
    const words = this.#words;
    document.documentElement.lang = words.language;
    translate(document, words);
    byId("project").textContent = this.projectId;
    byId("sample").textContent = [
      "from progresskit import Publisher",
      "",
      "# the same transport as this server's",
      "publisher = Publisher(transport)",
      "",
      `with publisher.task("${this.projectId}", "my_task") as task:`,
      '    task.progress(0.2, "Initializing")',
    ].join("\n");
    const [code, name] = words.other;
    const other = byId("other-language") as HTMLAnchorElement;
    other.textContent = name;
    other.lang = other.hreflang = code;
    other.href = this.#otherLanguage();
    this.#renderTitle();
  }

  #otherLanguage(): string {
    return `?lang=${this.#words.other[0]}${location.hash}`;
  }
}

/** Read the token from the fragment of the address, which never leaves the browser: `#token=…`. */
export function tokenOf(fragment: string): string | null {
  const text = /[#&]token=([^&]*)/.exec(fragment)?.[1] || null;
  try {
    return text && decodeURIComponent(text);
  } catch {
    return text;
  }
}
