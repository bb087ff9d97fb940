// Made from the Python models by `npm run types`: change those, and run it again.

/** Any JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
/** An object of JSON. */
export type JsonObject = { [name: string]: Json };

/** Tasks that a project keeps; one more puts out the task that changed longest ago. */
export const MAX_TASKS = 1000;

/** Every status of a run; `stalled` means not heard of, not dead. */
export const STATUSES = ["queued", "started", "in_progress", "retrying", "stalled", "completed", "failed", "cancelled"] as const;

/** Where a run stands. */
export type Status = (typeof STATUSES)[number];

/** The statuses that end a run; nothing follows them. */
export const TERMINAL: readonly Status[] = ["completed", "failed", "cancelled"];

/** The kinds of events. */
export const EVENT_TYPES = ["progress", "status", "completed", "error"] as const;

/** The run moved, or said what it is doing. */
export interface ProgressEvent {
  readonly type: "progress";
  readonly project_id: string;
  readonly task_name: string;
  readonly run_id: string;
  readonly timestamp: string;
  readonly cursor: string;
  readonly attempt: number;
  readonly started_at: string;
  readonly message?: string;
  readonly metadata?: JsonObject;
  readonly status: "in_progress" | "started" | "retrying";
  readonly progress?: number;
  readonly stage?: readonly string[];
  readonly eta_s?: number;
}

/** The run's status changed. One that says `completed` or `failed` is made as that event. */
export interface StatusEvent {
  readonly type: "status";
  readonly project_id: string;
  readonly task_name: string;
  readonly run_id: string;
  readonly timestamp: string;
  readonly cursor: string;
  readonly attempt: number;
  readonly started_at: string;
  readonly message?: string;
  readonly metadata?: JsonObject;
  readonly status: Status;
  readonly progress?: number;
}

/** The run ended well. `result` is any JSON; an accepted event carries `progress` 1.0. */
export interface CompletedEvent {
  readonly type: "completed";
  readonly project_id: string;
  readonly task_name: string;
  readonly run_id: string;
  readonly timestamp: string;
  readonly cursor: string;
  readonly attempt: number;
  readonly started_at: string;
  readonly message?: string;
  readonly metadata?: JsonObject;
  readonly status: "completed";
  readonly progress?: number;
  readonly result?: Json;
}

/** The run failed: `error` is text for people, `code` a word for programs, `details` JSON. */
export interface ErrorEvent {
  readonly type: "error";
  readonly project_id: string;
  readonly task_name: string;
  readonly run_id: string;
  readonly timestamp: string;
  readonly cursor: string;
  readonly attempt: number;
  readonly started_at: string;
  readonly message?: string;
  readonly metadata?: JsonObject;
  readonly status: "failed";
  readonly error: string;
  readonly code?: string;
  readonly details?: JsonObject;
}

/** An event that a store has accepted. */
export type TaskEvent = ProgressEvent | StatusEvent | CompletedEvent | ErrorEvent;

/** Where a task stands: the newest value of every field of its current run. */
export interface TaskState {
  readonly project_id: string;
  readonly task_name: string;
  readonly run_id: string;
  readonly attempt: number;
  readonly status: Status;
  readonly progress: number | null;
  readonly message: string | null;
  readonly metadata: JsonObject | null;
  readonly stage: readonly string[] | null;
  readonly eta_s: number | null;
  readonly result: Json;
  readonly error: string | null;
  readonly code: string | null;
  readonly details: JsonObject | null;
  readonly started_at: string;
  readonly updated_at: string;
  readonly cursor: string;
}
