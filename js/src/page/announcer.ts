/** Says what changed to those who don't see it: at most every 3 s, in few words. */
import type { Words } from "./words.js";

const PACE_MS = 3_000;
/** More topics than these are only counted. */
const MOST = 3;

export class Announcer {
  readonly #pending = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly node: HTMLElement,
    readonly words: Words,
  ) {}

  /** Say a text soon; of what is said of one topic meanwhile, only the last. */
  say(topic: string, text: string): void {
    this.#pending.set(topic, text);
    this.#timer ??= setTimeout(() => this.#speak(), PACE_MS);
  }

  #speak(): void {
    const texts = [...this.#pending.values()];
    this.#pending.clear();
    this.#timer = undefined;
    this.node.textContent = texts.length > MOST ? this.words.announceMany(texts.length) : texts.join(" ");
  }
}
