/** Whether the page hears of its project: a badge always says so, and a notice where it doesn't. */
import type { ConnectionState, ConnectionStatus } from "../connection.js";
import type { Announcer } from "./announcer.js";
import { byId, put } from "./dom.js";
import type { Words } from "./words.js";

/** Most reconnects are over by then. */
const AFTER_MS = 1_000;

export class Notice {
  #status: ConnectionStatus | null = null;
  #shown: ConnectionState | null = null;
  #wasOpen = false;
  /** Since when nothing is heard; 0: it is, or was never tried. */
  #lostAt = 0;

  constructor(
    readonly words: Words,
    readonly announcer: Announcer,
    onRetry: () => void,
  ) {
    byId("retry").addEventListener("click", onRetry);
  }

  render(status: ConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    const { words, announcer } = this;
    const former = this.#shown;
    // A new try begins as the first one did; who was parted from the server sees it as a return.
    const state = status.connection === "connecting" && this.#lostAt ? "reconnecting" : status.connection;
    this.#shown = document.body.dataset.phase = state;
    if (state === "open") this.#lostAt = 0;
    else if (state !== "connecting") this.#lostAt ||= Date.now();
    put(byId("link-text"), words.connection[state]);
    this.tick();
    if (state === former || !former) return;
    const text = state === "open" ? (this.#wasOpen ? words.restored : "") : this.#reason()[0];
    if (text) announcer.say("connection", `${text}.`);
    this.#wasOpen ||= state === "open";
  }

  /** Show what changes with the clock alone: the wait for the next try. */
  tick(): void {
    const isClosed = this.#shown === "closed";
    const isShown = isClosed || (this.#lostAt > 0 && Date.now() - this.#lostAt >= AFTER_MS);
    const notice = byId("notice");
    notice.hidden = !isShown;
    if (!isShown) return;
    const { words } = this;
    const [title, text] = this.#reason();
    put(byId("notice-title"), title);
    put(byId("notice-text"), this.#wasOpen && !isClosed ? `${text} ${words.asOf(words.time(this.#lostAt))}` : text);
    put(byId("retry"), isClosed ? words.tryAgain : words.tryNow);
  }

  #reason(): readonly [title: string, text: string] {
    const { words } = this;
    const { closeCode, retryAt } = this.#status!;
    const code = closeCode ?? 0;
    if (this.#shown === "closed") return words.refusedBy[code] ?? [words.refused, words.refusedText(code)];
    if (this.#shown === "offline") return [words.offline, words.offlineText];
    const wait = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    return [words.lostBy[code] ?? words.lost, wait < 1 ? words.trying : words.retryIn(words.duration(wait))];
  }
}
