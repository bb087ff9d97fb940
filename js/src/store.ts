/**
 * What pages use: the tasks of a project as a store, over a connection that all who want the same project share.
 *
 * There is one connection for each gateway, project, transport and token (a function is the same token only if it is
 * the same function). It is closed 1 s after its last user has left, so that a page that changes its mind keeps it.
 */
import { openConnection, type Connection, type ConnectionStatus, type Token, type Transport } from "./connection.js";
import { follow, UNKNOWN, type Frame, type Project } from "./fold.js";
import { bearer } from "./link.js";
import { gateway, type Gateway } from "./settings.js";
import type { TaskEvent } from "./wire.js";

/** A project as it is known: its tasks, and apart from them how the connection stands. Never changed, only replaced. */
export interface ProjectSnapshot extends Project, ConnectionStatus {
  /** What these credentials may do: `watch`, and perhaps `cancel`. */
  readonly actions: readonly string[];
}

/** The events that a word of `on` means. */
export type EventOf<Type> = Type extends "*" ? TaskEvent : Extract<TaskEvent, { type: Type }>;

/** What {@link connect} takes besides the project. */
export interface ConnectOptions {
  /** Who asks. A function is asked anew on every reconnect. */
  readonly token?: Token;
  readonly transport?: Transport | undefined;
  /** A cursor that was kept: go on from there, rather than from all tasks. Counts for who comes first. */
  readonly after?: string | null | undefined;
  /** The same as `on("*", onEvent)`. */
  readonly onEvent?: ((event: TaskEvent) => void) | undefined;
}

/** One user's hold on a project. Its functions need no `this`. */
export interface ProjectStore {
  /** Return what is known; the same object while it is unchanged. */
  getSnapshot(): ProjectSnapshot;
  /** Be told of every change; returns what ends that. */
  subscribe(listener: () => void): () => void;
  /**
   * Hear the events of one type, or all (`"*"`); returns what ends that. What happened while the connection was away
   * or this page was slow comes as a snapshot, not as events.
   */
  on<Type extends TaskEvent["type"] | "*">(type: Type, handler: (event: EventOf<Type>) => void): () => void;
  /**
   * Ask the live run of a task to stop. False: there is none that could be asked.
   *
   * @throws Error: the gateway refused, or can't be reached.
   */
  cancel(taskName: string): Promise<boolean>;
  /** Try to connect now, rather than at `retryAt`; after a refusal too. */
  retry(): void;
  /** Let go: hear nothing more, and close the connection if nobody else uses it. */
  close(): void;
}

/** A connection that is shared, and what came over it. */
interface Shared {
  readonly key: readonly unknown[];
  readonly listeners: Set<() => void>;
  readonly handlers: Set<(event: TaskEvent) => void>;
  snapshot: ProjectSnapshot;
  users: number;
  connection?: Connection;
  closing?: ReturnType<typeof setTimeout>;
}

const LINGER_MS = 1_000;

/** A project that nobody has connected to yet. */
export const CONNECTING: ProjectSnapshot = {
  ...UNKNOWN,
  connection: "connecting",
  closeCode: null,
  retryAt: null,
  actions: [],
};

const everyone = new Set<Shared>();

/**
 * Follow a project. Who asks for one that others follow joins them; if they were refused, it is tried again.
 *
 * @param url - The gateway; undefined: what `configure` said.
 * @throws TypeError: the URL is none.
 */
export function connect(url: Gateway, projectId: string, options: ConnectOptions = {}): ProjectStore {
  const [project, token, transport] = keyOf(url, projectId, options);
  const own = find([project, token, transport]) ?? open(project, token, transport, options.after ?? null);
  own.users++;
  clearTimeout(own.closing);
  if (own.snapshot.connection === "closed") own.connection!.hurry();
  const ends = new Set<() => void>();
  let isOpen = true;

  /** Keep an item until its end is called, or all is closed. */
  const keep = <Item>(items: Set<Item>, item: Item) => {
    const end = () => {
      items.delete(item);
      ends.delete(end);
    };
    if (isOpen) items.add(item);
    ends.add(end);
    return end;
  };
  const store: ProjectStore = {
    getSnapshot: () => own.snapshot,
    subscribe: (listener) => keep(own.listeners, () => listener()),
    on: (type, handler) =>
      keep(own.handlers, (event) => {
        if (type === "*" || type === event.type) handler(event as EventOf<typeof type>);
      }),
    cancel: (taskName) => cancel(project, token, taskName),
    retry: () => void (isOpen && own.connection!.hurry()),
    close() {
      ends.forEach((end) => end());
      if (isOpen && !--own.users) own.closing = setTimeout(end, LINGER_MS, own);
      isOpen = false;
    },
  };
  if (options.onEvent) store.on("*", options.onEvent);
  return store;
}

/** Return what is known of a project without connecting to it. */
export function peek(url: Gateway, projectId: string, options: ConnectOptions): ProjectSnapshot {
  return find(keyOf(url, projectId, options))?.snapshot ?? CONNECTING;
}

function keyOf(url: Gateway, projectId: string, { token, transport = "auto" }: ConnectOptions) {
  const [base, secret] = gateway(url, token);
  return [`${base}/projects/${encodeURIComponent(projectId)}`, secret, transport] as const;
}

function find(key: readonly unknown[]): Shared | undefined {
  return [...everyone].find((one) => one.key.every((part, index) => part === key[index]));
}

function open(project: string, token: Token, transport: Transport, after: string | null): Shared {
  const own: Shared = {
    key: [project, token, transport],
    listeners: new Set(),
    handlers: new Set(),
    snapshot: CONNECTING,
    users: 0,
  };
  everyone.add(own);
  const cursor = () => own.snapshot.cursor ?? after;
  const onChange = (status: ConnectionStatus, frames: readonly Frame[]) => take(own, status, frames);
  own.connection = openConnection({ project, token, transport, cursor, onChange });
  return own;
}

function end(own: Shared): void {
  everyone.delete(own);
  own.connection!.stop();
}

/** Take in what the connection tells; then tell the events, and that something changed. */
function take(own: Shared, status: ConnectionStatus, frames: readonly Frame[]): void {
  const { snapshot } = own;
  const { project, events } = follow(snapshot, frames);
  const said = frames.findLast((frame) => Array.isArray(frame?.actions));
  const actions = (said?.actions as string[] | undefined) ?? snapshot.actions;
  const next: ProjectSnapshot = { ...project, ...status, actions };
  const isNew = (Object.keys(next) as (keyof ProjectSnapshot)[]).some((name) => next[name] !== snapshot[name]);
  if (isNew) own.snapshot = next;
  for (const event of events) tell(own.handlers, event);
  if (isNew) tell(own.listeners, undefined);
}

/** Call those who are there now and stay: the error of one is the page's, and stops neither the others nor the connection. */
function tell<Item>(listeners: ReadonlySet<(item: Item) => void>, item: Item): void {
  for (const listener of [...listeners]) {
    try {
      if (listeners.has(listener)) listener(item);
    } catch (error) {
      setTimeout(() => {
        throw error;
      });
    }
  }
}

async function cancel(project: string, token: Token, taskName: string): Promise<boolean> {
  const secret = typeof token === "function" ? await token() : token;
  const response = await fetch(`${project}/cancel`, {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(secret) },
    credentials: "include",
    body: JSON.stringify({ task_name: taskName }),
  });
  if (response.ok || response.status === 409) return response.ok;
  throw new Error(`The gateway refused to cancel ${taskName}: HTTP ${response.status}`);
}
