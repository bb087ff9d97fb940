/**
 * Follows one project for as long as it is told to: a state machine over links that come and go.
 *
 * A lost link is opened anew after a random wait between 0 and a bound that doubles with every failure; at once when
 * the browser comes online or its page becomes visible; not at all while the browser is offline, or after a code that
 * says the same again would be refused again. What the browser can't tell, a link that is silently half open or an
 * upgrade that a proxy swallows, is noticed by silence. Where a socket fails without a word, events are tried on the
 * spot, not at the next turn: a server that is down fails both, and one that comes back is met by a socket again.
 */
import type { Frame } from "./fold.js";
import { ABNORMAL, type Host, type OpenLink } from "./link.js";
import { openSocket } from "./socket.js";
import { openEvents } from "./sse.js";

/** Where a connection stands. It says nothing of the tasks. */
export type ConnectionState = "connecting" | "open" | "reconnecting" | "offline" | "closed";

/** How frames come: `auto` is WebSocket, and server-sent events where upgrades are blocked. */
export type Transport = "auto" | "websocket" | "sse";

/** A token, or what gives one: asked anew before every link. */
export type Token = string | null | undefined | (() => string | null | undefined | Promise<string | null | undefined>);

/** The state of a connection, and why. */
export interface ConnectionStatus {
  readonly connection: ConnectionState;
  /** The code that the last link was closed with (docs/protocol.md; an HTTP status is 4000 more); null if none was. */
  readonly closeCode: number | null;
  /** When the next try is due, in milliseconds of `Date.now()`; null where none is waited for. */
  readonly retryAt: number | null;
}

/** What a connection needs, and whom it tells. */
export interface ConnectionOptions {
  /** The project at its gateway, by http or https: `https://host/api/v1/ws/projects/p`. */
  readonly project: string;
  readonly transport: Transport;
  readonly token: Token;
  /** Asked before every link. */
  readonly cursor: () => string | null;
  /** Told of every change of the status, and of frames. */
  readonly onChange: (status: ConnectionStatus, frames: readonly Frame[]) => void;
}

/** What a connection can be told. */
export interface Connection {
  /** Connect at once, if no link is up or being tried; after a refusal too. */
  hurry(): void;
  /** End it for good. */
  stop(): void;
}

const FIRST_BOUND_MS = 500;
const LAST_BOUND_MS = 20_000;
/** Failures after which the bound is the last one. */
const FULLY_BACKED_OFF = 6;
/** A link that lasted so long was no failure. */
const STEADY_MS = 10_000;
const MAX_RETRY_AFTER_MS = 60_000;
const LOOK_MS = 2_500;
/** A first frame comes within one read of the store. */
const FIRST_FRAME_MS = 10_000;
/** A heartbeat comes after 15 s of silence: two were missed. A token is given as long. */
const SILENCE_MS = 35_000;
const TOO_MANY = 4429;
const EXPIRED = 4408;

/** Connect, and stay connected. */
export function openConnection(options: ConnectionOptions, host: Host = globalThis): Connection {
  const { project, transport, token, cursor, onChange } = options;
  let status: ConnectionStatus = { connection: "connecting", closeCode: null, retryAt: null };
  let tries = 0;
  let isTrying = false;
  let drop: ReturnType<OpenLink> = () => {};
  let timer: ReturnType<Host["setTimeout"]> | undefined;
  let watch: ReturnType<Host["setInterval"]> | undefined;
  let failures = 0;
  let byEvents = transport === "sse";
  /** False while the token is asked for. */
  let isLink = false;
  let heard = false;
  let heardAt = 0;
  let openSince = 0;
  let retryAfterMs = 0;

  const enter = (connection: ConnectionState, closeCode = status.closeCode, retryAt: number | null = null) =>
    onChange((status = { connection, closeCode, retryAt }), []);

  const leave = (quietly?: boolean) => {
    tries++; // what an earlier try still brings isn't ours any more
    isTrying = false;
    host.clearTimeout(timer);
    host.clearInterval(watch);
    drop(quietly);
  };

  const connect = async () => {
    leave();
    const mine = tries;
    isTrying = true;
    heard = isLink = false;
    heardAt = host.Date.now();
    watch = host.setInterval(look, LOOK_MS);
    retryAfterMs = 0;
    enter(status.connection === "connecting" ? "connecting" : "reconnecting");
    try {
      const secret = (typeof token === "function" ? await token() : token) ?? null;
      if (mine !== tries) return;
      isLink = true;
      heardAt = host.Date.now();
      drop = (byEvents ? openEvents : openSocket)(host, project, cursor(), secret, receive, lost);
    } catch {
      if (mine === tries) lost(ABNORMAL);
    }
  };

  const receive = (texts: string[]) => {
    heard = true;
    heardAt = host.Date.now();
    const frames = texts.flatMap(decode);
    for (const frame of frames) {
      if (frame?.type === "closing") retryAfterMs = Number(frame.retry_after_ms);
      if (frame?.type === "snapshot" && status.connection !== "open") {
        status = { connection: "open", closeCode: null, retryAt: null };
        openSince = heardAt;
      }
    }
    onChange(status, frames);
  };

  const lost = (code: number, retryAfter = retryAfterMs) => {
    const now = host.Date.now();
    if (status.connection === "open" && now - openSince > STEADY_MS) failures = 0;
    leave();
    if (code >= 4400 && code < EXPIRED) return enter("closed", code);
    const isOffline = host.navigator?.onLine === false;
    if (transport === "auto") {
      byEvents = isLink && !isOffline && !byEvents && !heard && code === ABNORMAL;
      if (byEvents) return void connect();
    }
    if (isOffline) return enter("offline", code);
    if (code === TOO_MANY) failures = FULLY_BACKED_OFF;
    const bound = Math.min(LAST_BOUND_MS, FIRST_BOUND_MS * 2 ** failures++);
    const wait = Math.min(Math.max(retryAfter || 0, 0), MAX_RETRY_AFTER_MS) + host.Math.random() * bound;
    timer = host.setTimeout(connect, wait);
    enter("reconnecting", code, now + wait);
  };

  const look = () => {
    // A clock that is set back is no silence, but hides one.
    if (Math.abs(host.Date.now() - heardAt) > (heard || !isLink ? SILENCE_MS : FIRST_FRAME_MS)) lost(ABNORMAL);
  };

  const hurry = () => {
    if (!isTrying) void connect();
  };
  const onOnline = () => {
    if (status.connection !== "closed") hurry();
  };
  // What says so may be wrong (a server on this machine): a link that can be opened isn't offline.
  const onOffline = () => {
    if (status.connection !== "closed") void connect();
  };
  const onVisible = () => {
    if (host.document!.visibilityState !== "visible") return;
    if (isTrying) look();
    else onOnline();
  };

  const ears = new AbortController();
  host.addEventListener?.("online", onOnline, ears);
  host.addEventListener?.("offline", onOffline, ears);
  host.document?.addEventListener("visibilitychange", onVisible, ears);
  void connect();
  return {
    hurry,
    stop() {
      leave(true);
      ears.abort();
      enter("closed");
    },
  };
}

/** Decode a text into its frames: none where it is no JSON of ours. */
function decode(text: string): Frame[] {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return [];
  }
}
