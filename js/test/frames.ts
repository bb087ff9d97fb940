/** Frames as a gateway sends them. */
import type { Frame } from "../src/fold.js";
import type { TaskEvent } from "../src/wire.js";

const STARTED = "2026-11-23T00:00:00.000Z";
const RUN = { project_id: "p", run_id: "r", attempt: 1, started_at: STARTED };

/** An event that the store gave an offset. */
export function event(task_name: string, offset: number, fields: object = {}, epoch = "e1"): TaskEvent & Frame {
  const said = { type: "progress", status: "in_progress", timestamp: STARTED };
  return { ...RUN, ...said, task_name, cursor: `${epoch}:${offset}`, ...fields } as TaskEvent & Frame;
}

/** The state of a task, without its nulls. */
export function state(task_name: string, offset: number, fields: object = {}, epoch = "e1"): object {
  return { ...RUN, task_name, status: "started", updated_at: STARTED, cursor: `${epoch}:${offset}`, ...fields };
}

/** A snapshot; full unless told otherwise. */
export function snapshot(offset: number, tasks: object[] = [], fields: object = {}, epoch = "e1"): Frame {
  return { type: "snapshot", project_id: "p", cursor: `${epoch}:${offset}`, resumed: false, tasks, ...fields };
}
