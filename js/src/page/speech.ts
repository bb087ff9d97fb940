/** What the metadata of speech says: of which sentence, in which take, and how well it was heard. */
import { TERMINAL, type JsonObject, type TaskEvent, type TaskState } from "../wire.js";
import type { Words } from "./words.js";

/** What is known of one sentence. */
export interface Take {
  readonly attempt: number;
  /** Null: it wasn't listened to yet. */
  readonly accuracy: number | null;
}

/** More sentences than these are told by number alone. */
const MOST_BARS = 80;

const count = (value: unknown): number => (Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : 0);
const fraction = (value: unknown): number | null =>
  typeof value === "number" && value >= 0 && value <= 1 ? value : null;

/** Read the metadata; zeros and nulls stand where it says nothing. */
function read(metadata: JsonObject | null | undefined) {
  const { sentence, sentences, attempt, max_attempts, accuracy, phase } = metadata ?? {};
  return {
    sentence: count(sentence),
    sentences: count(sentences),
    attempt: count(attempt),
    attempts: count(max_attempts),
    accuracy: fraction(accuracy),
    phase: String(phase),
  };
}

/** Say in a few words what a run that isn't done works on. */
export function factsOf({ status, metadata }: TaskState, words: Words): string[] {
  if (status === "completed") return [];
  const { sentence, sentences, attempt, attempts, accuracy, phase } = read(metadata);
  const doing = Object.hasOwn(words.speech, phase) && !TERMINAL.includes(status) ? words.speech[phase]! : "";
  const heard = accuracy === null ? "–" : words.exactPercent(accuracy);
  return [
    sentence ? words.sentence(sentence, String(sentences || "")) : "",
    attempt ? words.take(attempt, String(attempts || "")) : "",
    accuracy !== null || doing ? words.accuracy(heard) : "", // it stands there all the time: nothing jumps
    doing,
  ].filter(Boolean);
}

/** The sentences of a run as far as this page was there: the metadata tells of one at a time. */
export class Sentences {
  #run = "";
  #takes: (Take | null)[] = [];

  /** Take in what an event or a state says. */
  note({ run_id, metadata }: TaskEvent | TaskState): void {
    if (run_id !== this.#run) this.#takes = [];
    this.#run = run_id;
    const { sentence, sentences, attempt, accuracy } = read(metadata);
    if (sentences < 2 || sentences > MOST_BARS) return;
    this.#takes = Array.from({ length: sentences }, (_, at) => this.#takes[at] ?? null);
    if (sentence && sentence <= sentences) this.#takes[sentence - 1] = { attempt, accuracy };
  }

  /** Return what is to be shown of them beside a state: null for a sentence that wasn't heard of. */
  beside(state: TaskState): readonly (Take | null)[] {
    this.note(state);
    const isShown = state.status !== "completed" && read(state.metadata).sentences === this.#takes.length;
    return isShown ? this.#takes : [];
  }
}
