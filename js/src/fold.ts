/**
 * What a reader keeps of a project, and what the frames of a gateway do to it. Pure: no clock, no I/O.
 *
 * The rules stand in docs/protocol.md, "What a client does with them"; tests/vectors/fold.json tries them.
 */
import { EVENT_TYPES, MAX_TASKS, STATUSES, type TaskEvent, type TaskState } from "./wire.js";

/** The tasks of a project, and the position in its events that they stand at. */
export interface Project {
  /** `"<epoch>:<offset>"`; null until the first snapshot. */
  readonly cursor: string | null;
  /** By name, in the order of their last change: the one that changed longest ago first. */
  readonly tasks: ReadonlyMap<string, TaskState>;
  /** Whether all tasks have come: a large project comes in parts. */
  readonly isWhole: boolean;
}

/** A project as it is after some frames, and those of them that were events and counted. */
export interface Followed {
  readonly project: Project;
  readonly events: readonly TaskEvent[];
}

/** A frame as it comes: decoded JSON, of which nothing else is known. */
export type Frame = Fields | null;

/** A project of which nothing is known yet. */
export const UNKNOWN: Project = { cursor: null, tasks: new Map(), isWhole: false };

type Fields = Partial<Record<string, unknown>>;

/** What every event says. */
const SAID = ["project_id", "task_name", "run_id", "attempt", "started_at", "cursor"];
/** What stays as it was said until it is said anew, by one run; null until then. */
const KEPT = ["progress", "message", "metadata", "stage", "result", "error", "code", "details"];

/** Lay an accepted event over the state of its task (undefined: there is none yet), and return the new state. */
export function overlay(state: TaskState | undefined, event: TaskEvent): TaskState {
  const said = event as unknown as Fields;
  const former = (state?.run_id === event.run_id ? state : {}) as Fields;
  const next: Fields = {};
  for (const name of SAID) next[name] = said[name];
  for (const name of KEPT) next[name] = said[name] ?? former[name] ?? null;
  if (event.type === "progress") next.stage = event.stage ?? null;
  next.eta_s = said.eta_s ?? null;
  next.status = STATUSES.includes(event.status) ? event.status : "in_progress";
  next.updated_at = event.timestamp;
  return next as unknown as TaskState;
}

/**
 * Take in frames, in the order in which they came.
 *
 * A snapshot that isn't `resumed` empties; every snapshot sets the tasks that it names; an event is laid over its
 * task. What stands before the cursor in its epoch is old, and ignored (only a snapshot that empties may go back). An
 * event of an unknown kind still moves the cursor. Over 1,000 tasks, those that changed longest ago go out.
 *
 * Returns the same project where nothing changed.
 */
export function follow(project: Project, frames: readonly Frame[]): Followed {
  const events: TaskEvent[] = [];
  let { cursor, isWhole } = project;
  let tasks = new Map(project.tasks);
  let changed = false;
  for (const frame of frames) {
    const at = position(frame?.cursor);
    if (!frame || !at || frame.type === "heartbeat") continue;
    const now = position(cursor);
    const ahead = now?.epoch === at.epoch ? at.offset - now.offset : 1;
    if (frame.type === "snapshot") {
      if (frame.resumed && ahead < 0) continue;
      if (!frame.resumed) tasks.clear();
      isWhole = !frame.more;
      for (const state of Array.isArray(frame.tasks) ? frame.tasks : []) if (isOfTask(state)) set(tasks, known(state));
      tasks = byChange(tasks);
    } else {
      if (ahead <= 0) continue;
      if (EVENT_TYPES.includes(frame.type as TaskEvent["type"]) && isOfTask(frame)) {
        const event = frame as unknown as TaskEvent;
        set(tasks, overlay(tasks.get(event.task_name), event));
        if (tasks.size > MAX_TASKS) tasks.delete(tasks.keys().next().value!);
        events.push(event);
      }
    }
    cursor = frame.cursor as string;
    changed = true;
  }
  return { project: changed ? { cursor, tasks, isWhole } : project, events };
}

/** Return the task that started last; null where there is none. */
export function newest(tasks: Project["tasks"]): TaskState | null {
  let last: TaskState | null = null;
  for (const task of tasks.values()) if (!last || task.started_at >= last.started_at) last = task;
  return last;
}

/** Make the task the last one that changed. */
function set(tasks: Map<string, TaskState>, state: TaskState): void {
  tasks.delete(state.task_name);
  tasks.set(state.task_name, state);
}

function byChange(tasks: Map<string, TaskState>): Map<string, TaskState> {
  const offset = (state: TaskState) => position(state.cursor)!.offset;
  const sorted = [...tasks].sort(([, one], [, other]) => offset(one) - offset(other));
  return new Map(sorted.slice(-MAX_TASKS));
}

/** Return a state with the fields that we know, as an event that carries them all would leave it. */
function known(state: TaskState): TaskState {
  return overlay(undefined, { ...state, type: "progress", timestamp: state.updated_at } as unknown as TaskEvent);
}

/** Tell whether a state or an accepted event names what all of them name. */
function isOfTask(value: Frame): boolean {
  const isText = (name: string) => typeof value![name] === "string";
  return !!value && ["task_name", "run_id", "started_at"].every(isText) && !!position(value.cursor);
}

function position(cursor: unknown): { epoch: string; offset: number } | null {
  const [, epoch, offset] = (typeof cursor === "string" && /^(\w+):(\d{1,16})$/.exec(cursor)) || [];
  return epoch ? { epoch, offset: Number(offset) } : null;
}
