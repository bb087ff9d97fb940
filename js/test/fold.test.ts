import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { follow, newest, overlay, UNKNOWN, type Frame, type Project } from "../src/fold.js";
import { MAX_TASKS, TERMINAL, type TaskEvent, type TaskState } from "../src/wire.js";
import { event, snapshot, state } from "./frames.js";

interface Case {
  name: string;
  delivered: Frame[];
  tasks: TaskState[];
}
// vitest runs in js/, whatever the environment makes of import.meta.url.
const { cases }: { cases: Case[] } = JSON.parse(readFileSync("../tests/vectors/fold.json", "utf8"));

const byName = (tasks: Iterable<TaskState>) => Object.fromEntries([...tasks].map((task) => [task.task_name, task]));
const after = (...frames: Frame[]) => follow(UNKNOWN, frames).project;

describe("the vectors", () => {
  it("are there", () => expect(cases.length).toBeGreaterThan(30));

  it.each(cases)("$name", ({ delivered, tasks }) => {
    const got = byName(after(...delivered).tasks.values());
    const want = byName(tasks);
    for (const name in want) {
      const sum = want[name]!.progress; // of shares: floats add up differently
      if (sum !== null) expect(got[name]!.progress).toBeCloseTo(sum, 9);
      want[name] = { ...want[name]!, progress: got[name]!.progress };
    }
    expect(got).toStrictEqual(want);
  });

  it.each(cases)("one frame at a time: $name", ({ delivered }) => {
    const project = delivered.reduce<Project>((project, frame) => follow(project, [frame]).project, UNKNOWN);
    expect([...project.tasks]).toStrictEqual([...after(...delivered).tasks]);
  });
});

describe("snapshots", () => {
  it("empty unless they are resumed, and set what they name", () => {
    const full = after(snapshot(2, [state("a", 1), state("b", 2)]));
    expect([...full.tasks.keys()]).toEqual(["a", "b"]);
    const resumed = follow(full, [snapshot(4, [state("a", 4, { progress: 0.5 })], { resumed: true })]).project;
    expect([...resumed.tasks.keys()]).toEqual(["b", "a"]);
    expect(resumed.tasks.get("a")!.progress).toBe(0.5);
    expect([...follow(resumed, [snapshot(5, [state("c", 5)])]).project.tasks.keys()]).toEqual(["c"]);
  });

  it("fill nulls in, leave unknown fields out, and take an unknown status as under way", () => {
    const task = after(snapshot(1, [{ ...state("a", 1), status: "paused", colour: "red" }])).tasks.get("a")!;
    expect(task).toMatchObject({ status: "in_progress", progress: null, result: null, stage: null });
    expect(task).not.toHaveProperty("colour");
  });

  it("keep the stage and the estimate", () => {
    const task = after(snapshot(1, [state("a", 1, { stage: ["render"], eta_s: 3, status: "completed" })])).tasks.get("a");
    expect(task).toMatchObject({ stage: ["render"], eta_s: 3, status: "completed" });
  });

  it("of another epoch start anew, whatever their offset", () => {
    const project = after(snapshot(9, [state("a", 9)]), snapshot(1, [state("b", 1, {}, "e2")], {}, "e2"));
    expect(project.cursor).toBe("e2:1");
    expect([...project.tasks.keys()]).toEqual(["b"]);
    expect(follow(project, [event("b", 2, {}, "e2")]).events).toHaveLength(1);
  });

  it("leave out what is no state", () => {
    const broken = [null, 7, {}, { task_name: "x" }, { ...state("y", 1), cursor: "?" }];
    expect([...after(snapshot(1, [...broken, state("a", 1)] as object[])).tasks.keys()]).toEqual(["a"]);
  });
});

describe("events", () => {
  it("at or before the cursor are ignored, and aren't told", () => {
    const { project, events } = follow(after(snapshot(5, [state("a", 5)])), [event("a", 4), event("a", 5), event("a", 6)]);
    expect(events.map(({ cursor }) => cursor)).toEqual(["e1:6"]);
    expect(project.cursor).toBe("e1:6");
  });

  it("of another epoch count, whatever their offset", () => {
    const { project, events } = follow(after(snapshot(9, [state("a", 9)])), [event("a", 3, { progress: 0.5 }, "e2")]);
    expect(events).toHaveLength(1);
    expect(project.cursor).toBe("e2:3");
  });

  it("of an unknown kind move the cursor, and nothing else", () => {
    const before = after(snapshot(1, [state("a", 1)]));
    const { project, events } = follow(before, [{ ...event("a", 2), type: "mood" } as Frame]);
    expect(project).toEqual({ ...before, cursor: "e1:2" });
    expect(events).toEqual([]);
  });

  it("change nothing of the project that was, nor of the event", () => {
    const before = after(snapshot(1, [state("a", 1)]));
    const copy = structuredClone(before);
    const frame = Object.freeze(event("a", 2, { progress: 0.5, metadata: Object.freeze({ n: 1 }) }));
    follow(before, [frame]);
    expect(before).toEqual(copy);
  });

  it("may be named like what every object has", () => {
    const project = after(event("__proto__", 1, { progress: 0.5 }), event("constructor", 2));
    expect([...project.tasks.keys()]).toEqual(["__proto__", "constructor"]);
    expect(project.tasks.get("__proto__")!.progress).toBe(0.5);
  });
});

it.each([
  [[]],
  [[null]],
  [[7 as unknown as Frame]],
  [[{ type: "heartbeat", cursor: "e1:9" }]],
  [[{ type: "pong" }]],
  [[{ type: "closing", retry_after_ms: 1 }]],
  [[{ type: "snapshot", cursor: "broken" }]],
  [[event("a", 2, { cursor: `e1:${"9".repeat(400)}` })]],
])("the project stays the same object after %j", (frames) => {
  const project = after(snapshot(1, [state("a", 1)]));
  expect(follow(project, frames).project).toBe(project);
});

it.each([
  ["ping"],
  [[]],
  [{}],
  [{ type: "snapshot" }],
  [{ type: "snapshot", cursor: "e1" }],
  [{ type: "snapshot", cursor: "e1:3", resumed: true, tasks: "all" }],
  [{ type: "snapshot", cursor: "e1:3", resumed: true, tasks: [null, 1, {}, { task_name: 5 }] }],
  [{ type: "progress", cursor: "e1:3" }],
  [{ type: "progress", cursor: "e1:3", task_name: "a", run_id: 7 }],
  [{ type: "progress", cursor: { epoch: "e1" }, task_name: "a" }],
  [{ type: "heartbeat", cursor: "e9:3" }],
])("%j changes no task", (junk) => {
  const { tasks } = after(snapshot(1, [state("a", 1)]));
  expect([...follow({ ...UNKNOWN, cursor: "e1:1", tasks }, [junk as Frame]).project.tasks]).toEqual([...tasks]);
});

describe("the bound", () => {
  it("puts out the task that changed longest ago, by an event", () => {
    const names = Array.from({ length: MAX_TASKS }, (_, index) => `t${index}`);
    let project = after(...names.map((name, index) => event(name, index + 1)));
    project = follow(project, [event("t0", MAX_TASKS + 1), event("new", MAX_TASKS + 2)]).project;
    expect(project.tasks.size).toBe(MAX_TASKS);
    expect(project.tasks.has("t0") && project.tasks.has("new")).toBe(true);
    expect(project.tasks.has("t1")).toBe(false);
  });

  it("holds for snapshots, in any order", () => {
    const tasks = Array.from({ length: MAX_TASKS + 3 }, (_, index) => state(`t${index}`, index + 1)).reverse();
    const kept = [...after(snapshot(MAX_TASKS + 3, tasks)).tasks.keys()];
    expect(kept).toHaveLength(MAX_TASKS);
    expect(kept[0]).toBe("t3");
  });

  it("holds for what a resumed snapshot adds", () => {
    const full = after(...Array.from({ length: MAX_TASKS }, (_, index) => event(`t${index}`, index + 1)));
    const named = [state("new", MAX_TASKS + 2), state("t0", MAX_TASKS + 1)];
    const kept = [...follow(full, [snapshot(MAX_TASKS + 2, named, { resumed: true })]).project.tasks.keys()];
    expect(kept).toHaveLength(MAX_TASKS);
    expect([kept[0], ...kept.slice(-2)]).toEqual(["t2", "t0", "new"]);
  });
});

it("is whole with the last part of a snapshot", () => {
  const parts = [snapshot(1, [state("a", 1)], { more: true }), snapshot(2, [state("b", 2)], { resumed: true })];
  expect(parts.map((_, index) => after(...parts.slice(0, index + 1)).isWhole)).toEqual([false, true]);
  expect([UNKNOWN.isWhole, after(...parts, event("a", 3)).isWhole]).toEqual([false, true]);
});

it("of tasks that started at once the newest is the one that changed last", () => {
  expect(newest(after(event("a", 1), event("b", 2)).tasks)!.task_name).toBe("b");
  expect(newest(after(event("a", 1), event("b", 2), event("a", 3)).tasks)!.task_name).toBe("a");
});

it("the newest task is the one that started last, however long ago it changed", () => {
  const later = { started_at: "2026-11-23T00:00:01.000Z" };
  const { tasks } = after(event("a", 1), event("b", 2, later), event("a", 3));
  expect(newest(tasks)!.task_name).toBe("b");
  expect(newest(new Map())).toBeNull();
});

/** A history as a store would deliver it: progress only grows, nothing follows a terminal of the same run. */
function history(random: () => number): (TaskEvent & Frame)[] {
  const runs = new Map<string, { run: number; progress: number; over: boolean }>();
  return Array.from({ length: 40 }, (_, index) => {
    const name = `t${Math.floor(random() * 3)}`;
    let run = runs.get(name);
    if (!run || run.over || random() < 0.05) run = { run: (run?.run ?? 0) + 1, progress: 0, over: false };
    runs.set(name, run);
    run.progress = Math.min(1, run.progress + random() * 0.2);
    run.over = random() < 0.1;
    const end = random() < 0.5 ? { type: "completed", status: "completed" } : { type: "error", status: "failed", error: "x" };
    return event(name, index + 1, { run_id: `r${run.run}`, progress: run.progress, ...(run.over && end) });
  });
}

/** A reproducible source of randomness: mulberry32. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What nobody should ever see: a bar that goes back, a run that goes on after its end. */
function steppedBack(former: Project, now: Project): boolean {
  return [...now.tasks.values()].some((task) => {
    const before = former.tasks.get(task.task_name);
    if (before?.run_id !== task.run_id) return false;
    return (before.progress ?? 0) > (task.progress ?? 0) || (TERMINAL.includes(before.status) && before.status !== task.status);
  });
}

describe("shuffled, repeated and replayed frames", () => {
  const mangled = (seed: number): Frame[] => {
    const random = seeded(seed);
    const events = history(random);
    const states = events.map((_, index) => follow(UNKNOWN, events.slice(0, index + 1)).project);
    const frames: Frame[] = [];
    for (let at = 1; at <= events.length; at++) {
      if (random() < 0.7) frames.push(events[at - 1]!);
      if (random() < 0.2) frames.push(events[Math.floor(random() * at)]!);
      if (random() < 0.2) {
        const past = Math.floor(random() * at); // a resumed snapshot, perhaps an old one once more
        frames.push(snapshot(past + 1, [...states[past]!.tasks.values()], { resumed: true }));
      }
      if (random() < 0.3) frames.splice(-2, 2, ...frames.slice(-2).reverse());
    }
    return [...frames, snapshot(events.length, [...states.at(-1)!.tasks.values()], { resumed: true })];
  };
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);

  it("never move a bar back, never reopen a run, and end at the store's state", () => {
    for (const seed of seeds) {
      let project = UNKNOWN;
      for (const frame of mangled(seed)) {
        const next = follow(project, [frame]).project;
        expect(steppedBack(project, next), `seed ${seed}`).toBe(false);
        project = next;
      }
      const want = follow(UNKNOWN, history(seeded(seed))).project;
      expect([...project.tasks], `seed ${seed}`).toStrictEqual([...want.tasks]);
    }
  });

  it("would do so without the look at the cursor", () => {
    const naive = seeds.filter((seed) => {
      const tasks = new Map<string, TaskState>();
      return mangled(seed).some((frame) => {
        const former = { ...UNKNOWN, tasks: new Map(tasks) };
        if (frame!.type === "snapshot") for (const task of frame!.tasks as TaskState[]) tasks.set(task.task_name, task);
        else tasks.set(frame!.task_name as string, overlay(tasks.get(frame!.task_name as string), frame as unknown as TaskEvent));
        return steppedBack(former, { ...UNKNOWN, tasks });
      });
    });
    expect(naive.length).toBeGreaterThan(100);
  });
});
