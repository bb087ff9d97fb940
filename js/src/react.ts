/** React hooks that follow the long tasks of a project. */
import { useInsertionEffect, useMemo, useSyncExternalStore } from "react";
import { connect, CONNECTING, peek } from "./client.js";
import type { Transport } from "./connection.js";
import { newest } from "./fold.js";
import type { Gateway } from "./settings.js";
import type { EventOf, ProjectSnapshot, ProjectStore } from "./store.js";
import type { Status, TaskEvent, TaskState } from "./wire.js";

export { configure } from "./client.js";

/** What all hooks take. */
export interface FollowOptions {
  /** The gateway; left out: what `configure` said. */
  readonly url?: Gateway;
  /** Who asks. What changes over time goes into `configure({ token: () => … })`, which all components share. */
  readonly token?: string | null | undefined;
  readonly transport?: Transport | undefined;
  /** False: no connection. */
  readonly enabled?: boolean | undefined;
}

/** What {@link useProject} takes. */
export interface UseProjectOptions extends FollowOptions {
  /** Hears every event; the one of the last render counts. */
  readonly onEvent?: ((event: TaskEvent) => void) | undefined;
}

/** What {@link useProjectWebSocket} takes. */
export interface UseProjectWebSocketOptions extends FollowOptions {
  /** The task that is meant; left out: the one that started last. */
  readonly taskName?: string | undefined;
}

/** A project, and what can be asked of it. */
export interface FollowedProject extends ProjectSnapshot {
  /** Ask the live run of a task to stop; false: there is none. */
  readonly cancel: ProjectStore["cancel"];
}

/** What a component hears events by. */
export interface ProjectEvents {
  /**
   * Hear the events of one type, or all (`"*"`). Called in a render, the handler replaces that of the render before;
   * called elsewhere, it stays until what is returned is called.
   */
  on<Type extends TaskEvent["type"] | "*">(type: Type, handler: (event: EventOf<Type>) => void): () => void;
  /** Ask the live run of a task to stop; false: there is none. */
  cancel(taskName: string): Promise<boolean>;
}

/** One line of progress, and whether the page hears of it. */
export interface ProjectWebSocket {
  readonly isConnected: boolean;
  /** From 0 to 1; 0 where it isn't known. */
  readonly progress: number;
  readonly status: Status | null;
  readonly error: string | null;
  /** Null where no project is followed. */
  readonly ws: ProjectEvents | null;
}

/** A project of nobody: no id, or not enabled. */
const NOTHING: ProjectSnapshot = { ...CONNECTING, connection: "closed" };

/** Follow a project: all of its tasks. No id, no connection. */
export function useProject(
  projectId: string | null | undefined,
  { onEvent, ...options }: UseProjectOptions = {},
): FollowedProject {
  const source = useSource(projectId, options);
  useInsertionEffect(() => source.rendered(new Set<Heard>(onEvent && [["*", onEvent]])));
  const snapshot = useSyncExternalStore(source.subscribe, source.getSnapshot, source.getServerSnapshot);
  return useMemo(() => ({ ...snapshot, cancel: source.cancel }), [snapshot, source]);
}

/** Follow one task of a project; null where it hasn't been heard of. Renders when that task changed. */
export function useTask(
  projectId: string | null | undefined,
  taskName: string,
  options: FollowOptions = {},
): TaskState | null {
  const source = useSource(projectId, options);
  const task = () => source.getSnapshot().tasks.get(taskName) ?? null;
  return useSyncExternalStore(source.subscribe, task, () => null);
}

/** Follow one task of a project, with its events. */
export function useProjectWebSocket(
  projectId: string | null | undefined,
  { taskName, ...options }: UseProjectWebSocketOptions = {},
): ProjectWebSocket {
  const source = useSource(projectId, options);
  const heard = source.render();
  useInsertionEffect(() => source.rendered(heard));
  const { connection, tasks } = useSyncExternalStore(source.subscribe, source.getSnapshot, source.getServerSnapshot);
  const task = taskName == null ? newest(tasks) : tasks.get(taskName);
  return {
    isConnected: connection === "open",
    progress: task?.progress ?? 0,
    status: task?.status ?? null,
    error: task?.error ?? null,
    ws: source.isOn ? source : null,
  };
}

/** A type of events, or `"*"`, and who hears them. */
type Heard = [type: string, handler: (event: TaskEvent) => void];

/** What one hook follows: connected while it is subscribed to. */
interface Source extends ProjectEvents {
  readonly isOn: boolean;
  subscribe(listener: () => void): () => void;
  getSnapshot(): ProjectSnapshot;
  getServerSnapshot(): ProjectSnapshot;
  /** Begin a render: what is given to `on` until it is over goes into what this returns. */
  render(): Set<Heard>;
  /** Put what a render gave in the place of what the render before gave. A render that came to nothing never gets here. */
  rendered(heard: Set<Heard>): void;
}

function useSource(
  projectId: string | null | undefined,
  { url, token, transport, enabled = true }: FollowOptions,
): Source {
  const base = url?.toString();
  return useMemo(
    () => createSource(enabled ? (projectId ?? "") : "", base, { token, transport }),
    [projectId, base, token, transport, enabled],
  );
}

function createSource(projectId: string, url: Gateway, options: FollowOptions): Source {
  const isOn = projectId !== "";
  let store: ProjectStore | null = null;
  let ofRender = new Set<Heard>();
  let underWay: Set<Heard> | null = null;
  const kept = new Set<Heard>();

  const hear = (event: TaskEvent) => {
    for (const [type, handler] of [...ofRender, ...kept]) if (type === "*" || type === event.type) handler(event);
  };
  const getServerSnapshot = () => (isOn ? CONNECTING : NOTHING);
  return {
    isOn,
    subscribe(listener) {
      if (!isOn) return () => {};
      const own = (store = connect(url, projectId, { ...options, onEvent: hear }));
      own.subscribe(listener);
      return () => {
        store = null;
        own.close();
      };
    },
    // Before it is subscribed to: what others already know, so that two components never show two things.
    getSnapshot: () => (store ? store.getSnapshot() : isOn ? peek(url, projectId, options) : NOTHING),
    getServerSnapshot,
    cancel: (taskName) => (store ? store.cancel(taskName) : Promise.resolve(false)),
    on(type, handler) {
      const heard = underWay ?? kept;
      const item = [type, handler] as Heard;
      heard.add(item);
      return () => void heard.delete(item);
    },
    render() {
      const heard = (underWay = new Set<Heard>());
      queueMicrotask(() => underWay === heard && (underWay = null)); // a render is over by then, whatever came of it
      return heard;
    },
    rendered(heard) {
      ofRender = heard;
      underWay = null;
    },
  };
}
