/** The button that asks a run to stop, and what came of it. */
import { TERMINAL, type TaskState } from "../wire.js";
import { put } from "./dom.js";
import type { Words } from "./words.js";

/** Asks the live run of a task to stop: false, there is none; an error, it couldn't be asked. */
export type Cancel = (taskName: string) => Promise<boolean>;

export class CancelButton {
  #run = "";
  #task = "";

  constructor(
    readonly button: HTMLElement,
    readonly answer: HTMLElement,
    readonly words: Words,
    readonly cancel: Cancel,
    /** Told of every answer. */
    readonly onAnswer: (taskName: string, text: string) => void,
  ) {
    button.addEventListener("click", () => void this.#ask());
  }

  /** Stand where the run is live; another run than before was asked nothing yet. */
  render({ task_name, run_id, status }: TaskState): void {
    const isOver = TERMINAL.includes(status);
    this.button.hidden = isOver;
    if (run_id === this.#run && !isOver) return;
    this.#run = run_id;
    this.#task = task_name;
    this.button.setAttribute("aria-label", this.words.cancelTask(task_name));
    this.#isBusy = false;
    put(this.answer, "");
  }

  // Not `disabled`: that would take the focus from who pressed it.
  get #isBusy(): boolean {
    return this.button.ariaDisabled === "true";
  }

  set #isBusy(is: boolean) {
    this.button.ariaDisabled = String(is);
  }

  async #ask(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const run = this.#run;
    const outcome = await this.cancel(this.#task).then(
      (isAsked) => (isAsked ? "asked" : "notLive"),
      (error: unknown) => (error instanceof TypeError ? "unreachable" : "refused"), // fetch throws the former
    );
    if (run !== this.#run || this.button.hidden) return; // it has ended meanwhile, and says so itself
    this.#isBusy = outcome === "asked";
    const text = this.words.answers[outcome];
    put(this.answer, text);
    this.onAnswer(this.#task, text);
  }
}
