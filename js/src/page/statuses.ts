/** The statuses as the page sorts them. */
import { STATUSES, type Status } from "../wire.js";

/** Something is being done, and may say when it will be. */
export const RUNNING: readonly Status[] = ["started", "in_progress", "retrying"];

/** What can be shown alone. */
export const GROUPS = {
  all: STATUSES,
  active: ["queued", ...RUNNING],
  attention: ["stalled", "failed"],
  done: ["completed", "cancelled"],
} satisfies Record<string, readonly Status[]>;

export type Group = keyof typeof GROUPS;

/** Tell whether a status is of a group. */
export const isOf = (group: Group, status: Status): boolean => (GROUPS[group] as readonly Status[]).includes(status);
