/** One task on the page. */
import { TERMINAL, type Json, type TaskState } from "../wire.js";
import { CancelButton, type Cancel } from "./cancel.js";
import { byId, element, fill, pair, partsOf, put, translate } from "./dom.js";
import { factsOf, type Sentences, type Take } from "./speech.js";
import { RUNNING } from "./statuses.js";
import { pathOf, wholePercent, type Words } from "./words.js";

/** Most rows of a result; all of it stands in the details. */
const RESULT_ROWS = 8;
/** The details, by their names on the wire. */
const DETAILS = ["run_id", "started_at", "updated_at", "cursor", "stage", "metadata", "result", "details"] as const;
/** What is a fraction, whatever holds it. */
const FRACTIONS = ["accuracy", "target"];

let made = 0;

export class Card {
  readonly root: HTMLElement;
  state: TaskState | null = null;
  readonly #part: ReturnType<typeof partsOf>;
  readonly #button: CancelButton;
  #renderedAt = 0;

  constructor(
    readonly words: Words,
    readonly sentences: Sentences,
    cancel: Cancel,
    onAnswer: (taskName: string, text: string) => void,
  ) {
    const template = byId("card") as HTMLTemplateElement;
    this.root = template.content.firstElementChild!.cloneNode(true) as HTMLElement;
    this.#part = partsOf(this.root);
    translate(this.root, words);
    const name = this.#part("name");
    name.id = `task-${++made}`;
    for (const node of [this.#part("bar"), this.root.firstElementChild!]) node.setAttribute("aria-labelledby", name.id);
    this.#part("more").addEventListener("toggle", () => this.#renderMore());
    this.#button = new CancelButton(this.#part("cancel"), this.#part("answer"), words, cancel, onAnswer);
  }

  render(state: TaskState): void {
    const { words } = this;
    const part = this.#part;
    const { status } = state;
    this.state = state;
    this.#renderedAt = performance.now();
    this.root.dataset.status = status;
    put(part("name"), state.task_name);
    put(part("status"), words.statuses[status]);
    part("icon").setAttribute("href", `#icon-${["started", "in_progress"].includes(status) ? "running" : status}`);
    this.#renderBar(state);
    put(part("stage"), TERMINAL.includes(status) ? "" : pathOf(state.stage));
    put(part("message"), state.message ?? "");
    fill(part("sentences"), this.sentences.beside(state), (take) => [bar(take)]);
    fill(part("facts"), factsOf(state, words), (text) => [element("li", text)]);
    put(part("note"), status === "stalled" ? words.stalledNote : "");
    part("error").hidden = status !== "failed";
    put(part("errorText"), state.error ?? "");
    put(part("code"), state.code ?? "");
    fill(part("result"), this.#resultRows(state), pair);
    put(part("attempt"), words.attempt(state.attempt));
    put(part("time"), this.#time(state));
    this.#button.render(state);
    this.tick();
    this.#renderMore();
  }

  /** Show what changes by itself: how long it may still take. */
  tick(): void {
    const { status, eta_s } = this.state!;
    const left = eta_s === null || !RUNNING.includes(status) ? 0 : eta_s - (performance.now() - this.#renderedAt) / 1000;
    put(this.#part("eta"), left > 0 ? this.words.left(this.words.estimate(left)) : "");
  }

  #time({ status, started_at, updated_at }: TaskState): string {
    if (!TERMINAL.includes(status)) return this.words.started(this.words.time(started_at));
    return this.words.took(this.words.duration((Date.parse(updated_at) - Date.parse(started_at)) / 1000));
  }

  #renderBar({ status, progress }: TaskState): void {
    const meter = this.#part("bar");
    const text = progress === null ? "" : this.words.percent(progress);
    meter.toggleAttribute("data-unknown", progress === null && (RUNNING.includes(status) || status === "stalled"));
    this.#part("fill").style.setProperty("--reached", String(progress ?? 0));
    put(this.#part("percent"), text);
    meter.ariaValueNow = progress === null ? null : String(wholePercent(progress));
    meter.ariaValueText = text || this.words.unknown;
  }

  /** What came of it: the result, or what is known of the failure. */
  #resultRows({ status, result, details }: TaskState): (readonly [string, string])[] {
    const outcome = { completed: result, failed: details }[status as string] ?? null;
    if (outcome === null) return [];
    const isObject = typeof outcome === "object" && !Array.isArray(outcome);
    const rows = isObject ? Object.entries(outcome).filter(([, value]) => value !== null) : [["result", outcome] as const];
    const { keys } = this.words;
    const label = (key: string) => (Object.hasOwn(keys, key) ? keys[key]! : key);
    return rows.slice(0, RESULT_ROWS).map(([key, value]) => [label(key), this.#value(key, value)]);
  }

  #value(key: string, value: Json): string {
    if (typeof value === "boolean") return value ? this.words.yes : this.words.no;
    if (FRACTIONS.includes(key) && typeof value === "number") return this.words.exactPercent(value);
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  /** The rest, while somebody looks. */
  #renderMore(): void {
    if (!(this.#part("more") as HTMLDetailsElement).open) return;
    const state = this.state!;
    const rows = DETAILS.filter((name) => state[name] !== null).map((name) => [name, json(state[name])] as const);
    fill(this.#part("all"), rows, pair);
  }
}

/** Draw a sentence: as high as its last take was accurate. */
function bar(take: Take | null): HTMLElement {
  const node = element("li", "", take ? { "data-heard": take.accuracy === null ? "not yet" : "" } : {});
  if (take?.accuracy != null) node.style.setProperty("--heard", String(take.accuracy));
  return node;
}

/** Write JSON for people: on one line where it is short. */
function json(value: unknown): string {
  if (typeof value === "string") return value;
  const line = JSON.stringify(value);
  return line.length <= 60 ? line : JSON.stringify(value, null, 2);
}
