/** A link: one try to follow a project, by WebSocket (socket.ts) or by server-sent events (sse.ts). */

/** What a link needs of the browser: the global object, or a stand-in. */
export type Host = Pick<
  typeof globalThis,
  "WebSocket" | "fetch" | "setTimeout" | "clearTimeout" | "setInterval" | "clearInterval"
> & {
  readonly Math: Pick<Math, "random">;
  readonly Date: Pick<DateConstructor, "now">;
  readonly navigator?: Partial<Pick<Navigator, "onLine">>;
  readonly document?: Pick<Document, "visibilityState" | "addEventListener">;
  readonly addEventListener?: (type: string, listener: () => void, until: { signal: AbortSignal }) => void;
};

/**
 * What opens a link, and tells of it; it returns what drops the link, after which it tells nothing more: quietly, where
 * nothing is wrong with it.
 */
export type OpenLink = (
  host: Host,
  /** The project at its gateway, by http or https. */
  project: string,
  /** The cursor to go on from, if any. */
  after: string | null,
  token: string | null,
  /** Takes JSON texts that came together: each a frame, or an array of them. */
  onTexts: (texts: string[]) => void,
  /** Takes a close code (an HTTP status is that of the protocol's table: 4000 more), and milliseconds to stay away. */
  onEnd: (code: number, retryAfterMs?: number) => void,
) => (quietly?: boolean) => void;

/** The code of a link that ended without a word. */
export const ABNORMAL = 1006;

/** Return the URL of a project's stream. */
export function streamUrl(project: string, route: string, after: string | null): URL {
  const url = new URL(`${project}/${route}`);
  if (after) url.searchParams.set("after", after);
  return url;
}

/** Return the headers that say who asks. */
export function bearer(token: string | null | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}
