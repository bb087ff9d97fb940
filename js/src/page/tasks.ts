/** The tasks of the project: a card for each, and what sorts out those that are of no interest. */
import type { Project } from "../fold.js";
import { STATUSES, type Status, type TaskEvent, type TaskState } from "../wire.js";
import type { Announcer } from "./announcer.js";
import type { Cancel } from "./cancel.js";
import { Card } from "./card.js";
import { byId, element, put } from "./dom.js";
import { Sentences } from "./speech.js";
import { GROUPS, isOf, type Group } from "./statuses.js";
import type { Words } from "./words.js";

/** From here on the browser may skip what is out of sight. */
const MANY = 24;

export class Tasks {
  readonly #cards = new Map<string, Card>();
  /** By the name of the task. */
  readonly #sentences = new Map<string, Sentences>();
  readonly #buttons = new Map<Group, HTMLElement>();
  #shown: Project["tasks"] | null = null;
  #group: Group = "all";

  constructor(
    readonly words: Words,
    readonly announcer: Announcer,
    readonly cancel: Cancel,
  ) {
    for (const group of Object.keys(GROUPS) as Group[]) {
      const button = element("button", "", { type: "button", "data-group": group });
      button.append(words.groups[group], " ", element("span", "0", { class: "count" }));
      button.addEventListener("click", () => this.#choose(group));
      this.#buttons.set(group, button);
    }
    byId("filter").append(...this.#buttons.values());
    this.#choose("all");
  }

  /** Take in an event: between two drawings many may come, and a hidden page draws nothing. */
  note(event: TaskEvent): void {
    this.#sentencesOf(event.task_name).note(event);
  }

  /** Bring the cards up to date; those whose task stayed as it was are left alone. */
  render({ tasks, cursor }: Project): void {
    if (tasks === this.#shown) return;
    const isFirst = this.#cards.size === 0;
    this.#shown = tasks;
    for (const [name, card] of this.#cards) {
      if (tasks.has(name)) continue;
      card.root.remove();
      this.#cards.delete(name);
    }
    for (const name of this.#sentences.keys()) if (!tasks.has(name)) this.#sentences.delete(name);
    const fresh: TaskState[] = [];
    for (const state of tasks.values()) {
      const card = this.#cards.get(state.task_name);
      if (!card) fresh.push(state);
      else if (card.state !== state) this.#renderCard(card, state);
    }
    fresh.sort((one, other) => one.started_at.localeCompare(other.started_at));
    for (const state of fresh) this.#renderCard(this.#add(state.task_name), state, isFirst);
    const counts = this.#renderCounts();
    if (isFirst && tasks.size) this.announcer.say("all", this.words.announceAll(tasks.size, counts.active));
    byId("empty").hidden = tasks.size > 0 || cursor === null;
    byId("tasks").hidden = tasks.size === 0;
  }

  /** Show what changes with the clock alone. */
  tick(): void {
    for (const card of this.#cards.values()) card.tick();
  }

  #add(name: string): Card {
    const { words, announcer } = this;
    const sentences = this.#sentencesOf(name);
    const card = new Card(words, sentences, this.cancel, (task, answer) => announcer.say(task, `${task}: ${answer}`));
    this.#cards.set(name, card);
    byId("cards").append(card.root);
    return card;
  }

  #sentencesOf(name: string): Sentences {
    const known = this.#sentences.get(name) ?? new Sentences();
    this.#sentences.set(name, known);
    return known;
  }

  #renderCard(card: Card, state: TaskState, isQuiet = false): void {
    const { task_name, status } = state;
    const isNews = card.state?.status !== status;
    card.render(state);
    if (!isNews) return;
    card.root.hidden = !isOf(this.#group, status);
    if (!isQuiet) this.announcer.say(task_name, this.words.announce(task_name, this.words.statuses[status]));
  }

  #choose(group: Group): void {
    this.#group = group;
    for (const [name, button] of this.#buttons) button.ariaPressed = String(name === group);
    for (const { root, state } of this.#cards.values()) root.hidden = !isOf(group, state!.status);
    this.#renderCounts();
  }

  #renderCounts(): Record<Group, number> {
    const counts = countOf(this.#shown ?? new Map());
    for (const [group, button] of this.#buttons) put(button.lastElementChild as HTMLElement, String(counts[group]));
    byId("filter").hidden = counts.all < 2 && this.#group === "all";
    byId("none").hidden = counts[this.#group] > 0;
    byId("cards").toggleAttribute("data-many", counts.all > MANY);
    return counts;
  }
}

/** Count the tasks of each group. */
export function countOf(tasks: Project["tasks"]): Record<Group, number> {
  const by = new Map<Status, number>(STATUSES.map((status) => [status, 0]));
  for (const { status } of tasks.values()) by.set(status, by.get(status)! + 1);
  const sum = (statuses: readonly Status[]) => statuses.reduce((total, status) => total + by.get(status)!, 0);
  return { all: tasks.size, active: sum(GROUPS.active), attention: sum(GROUPS.attention), done: sum(GROUPS.done) };
}
