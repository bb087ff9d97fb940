/** A browser without a network: sockets and requests that a test answers, and a clock that it moves. */
import { vi } from "vitest";
import type { Host } from "../src/link.js";

/** A WebSocket that does what a test says. */
export class FakeSocket {
  static readonly all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }
  readyState = 0;
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  readonly url: URL;

  constructor(
    url: URL,
    readonly protocols: string[],
  ) {
    this.url = new URL(url);
    FakeSocket.all.push(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  /** Send one message: a frame, or several as an array. */
  send(...frames: unknown[]): void {
    if (this.readyState === 0) this.open();
    this.onmessage?.({ data: JSON.stringify(frames.length === 1 ? frames[0] : frames) });
  }

  /** End it from the server's side, or the network's. */
  end(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }

  close(): void {
    this.readyState = 3;
    this.closed = true;
  }
}

/** Sockets that are neither closed nor about to be. */
export const liveSockets = (): FakeSocket[] => FakeSocket.all.filter((socket) => socket.onclose && socket.readyState < 2);

/** A request for a stream of events. */
export class FakeStream {
  static readonly all: FakeStream[] = [];
  static get last(): FakeStream {
    return FakeStream.all.at(-1)!;
  }
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  private answer!: (response: Response) => void;
  private fail!: (error: Error) => void;
  readonly url: URL;
  readonly headers: Headers;

  private constructor(
    input: URL,
    readonly init: RequestInit,
  ) {
    this.url = new URL(input);
    this.headers = new Headers(init.headers);
    FakeStream.all.push(this);
  }

  static readonly fetch = (input: URL, init: RequestInit): Promise<Response> => {
    const stream = new FakeStream(input, init);
    return new Promise((resolve, reject) => {
      stream.answer = resolve;
      stream.fail = reject;
      init.signal?.addEventListener("abort", () => reject(init.signal!.reason));
    });
  };

  async open(): Promise<void> {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.controller = controller) });
    this.answer(new Response(body));
    await settled();
  }

  async write(text: string): Promise<void> {
    this.controller.enqueue(new TextEncoder().encode(text));
    await settled();
  }

  async send(frame: { type?: unknown }): Promise<void> {
    await this.write(`event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`);
  }

  async end(): Promise<void> {
    this.controller.close();
    await settled();
  }

  async refuse(status: number, headers: Record<string, string> = {}): Promise<void> {
    this.answer(new Response(null, { status, headers }));
    await settled();
  }

  async break(): Promise<void> {
    this.fail(new TypeError("Failed to fetch"));
    await settled();
  }
}

/** Let what was promised happen. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** A host with fake sockets, on fake timers; `draw` is what its dice show, `emit` an event of its window. */
export function fakeHost() {
  vi.useFakeTimers();
  FakeSocket.all.length = 0;
  FakeStream.all.length = 0;
  const listeners = new Map<string, Set<() => void>>();
  const addEventListener = (type: string, listener: () => void, { signal }: { signal: AbortSignal }) => {
    listeners.set(type, (listeners.get(type) ?? new Set()).add(listener));
    signal.addEventListener("abort", () => listeners.get(type)!.delete(listener));
  };
  const fake = {
    WebSocket: FakeSocket,
    fetch: FakeStream.fetch,
    setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args),
    clearTimeout: (id: number) => clearTimeout(id),
    setInterval: (...args: Parameters<typeof setInterval>) => setInterval(...args),
    clearInterval: (id: number) => clearInterval(id),
    Math: { random: () => fake.draw },
    Date: { now: () => Date.now() },
    navigator: { onLine: true },
    document: { visibilityState: "visible", addEventListener },
    addEventListener,
    draw: 0.5,
    emit: (type: string) => listeners.get(type)?.forEach((listener) => listener()),
    listening: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
  };
  return fake as typeof fake & Host;
}
