/** The last events, newest first. */
import type { TaskEvent } from "../wire.js";
import { byId, element } from "./dom.js";
import { pathOf, type Words } from "./words.js";

const ROWS = 50;
const PACE_MS = 250;

interface Entry {
  readonly event: TaskEvent;
  readonly text: string;
  row?: HTMLElement;
}

export class Log {
  readonly #entries: Entry[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly words: Words) {}

  /** Remember an event; progress that says nothing new takes the place of the one before. */
  note(event: TaskEvent): void {
    const text = event.type === "error" ? event.error : (event.message ?? ("stage" in event ? pathOf(event.stage) : ""));
    const last = this.#entries.at(-1);
    const { type, task_name } = event;
    if (type === "progress" && last?.event.type === type && last.event.task_name === task_name && last.text === text) {
      this.#entries.pop();
    }
    this.#entries.push({ event, text });
    if (this.#entries.length > 2 * ROWS) this.#entries.splice(0, ROWS);
    this.#timer ??= setTimeout(() => this.#render(), PACE_MS);
  }

  /** Bring the rows up to date; those that stay are left alone. */
  #render(): void {
    this.#timer = undefined;
    const list = byId("events");
    const rows = this.#entries.slice(-ROWS).map((entry) => (entry.row ??= this.#row(entry)));
    const kept = new Set<Element>(rows);
    for (const row of [...list.children]) if (!kept.has(row)) row.remove();
    list.prepend(...rows.filter((row) => !row.isConnected).reverse());
    byId("quiet").hidden = true;
    list.hidden = false;
  }

  #row({ event, text }: Entry): HTMLElement {
    const { words } = this;
    const { timestamp, task_name, status } = event;
    const progress = "progress" in event ? event.progress : null;
    const name = words.statuses[status] ?? words.statuses.in_progress;
    const row = element("li", "", { "data-status": status });
    row.append(
      element("time", words.time(timestamp), { datetime: timestamp }),
      element("b", task_name),
      element("span", progress == null ? name : `${name} ${words.percent(progress)}`, { class: "said" }),
      element("span", text, { class: "text" }),
    );
    return row;
  }
}
