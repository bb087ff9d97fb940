/** Where the gateway is, and who asks: said once for a page, and used wherever no URL is given. */
import type { Token } from "./connection.js";

/** Where a gateway is; undefined: where {@link configure} said. */
export type Gateway = string | URL | undefined;

/** What {@link configure} sets. */
export interface Settings {
  /** The gateway: `https://api.example.com/api/v1/ws`, or a path on the page's own origin. */
  readonly url?: Gateway;
  /** The token for that gateway. It goes to no other URL. */
  readonly token?: Token;
}

declare const process: { env: Record<string, string | undefined> };

let settings: Settings = {};

/** Say where the gateway is; before anything connects. What is left out is as if never said. */
export function configure(said: Settings): void {
  settings = said;
}

/** Return the gateway and the token to use: the configured ones where no URL is given. */
export function gateway(url: Gateway, token: Token): [url: string, token: Token] {
  const own = url == null;
  const base = new URL(own ? (settings.url ?? fromEnvironment() ?? "/api/v1/ws") : url, globalThis.location?.href);
  base.protocol = base.protocol.replace("ws", "http");
  return [base.origin + base.pathname.replace(/\/+$/, ""), token ?? (own ? settings.token : null) ?? null];
}

/** Bundlers put the value in place of exactly this expression; in a browser without one there is no `process`. */
function fromEnvironment(): string | undefined {
  try {
    return process.env.NEXT_PUBLIC_PROGRESSKIT_URL;
  } catch {
    return undefined;
  }
}
