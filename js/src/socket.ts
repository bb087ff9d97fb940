/** The stream of a project over a WebSocket. */
import { streamUrl, type OpenLink } from "./link.js";

const SUBPROTOCOL = "progresskit.v1";

export const openSocket: OpenLink = (host, project, after, token, onTexts, onEnd) => {
  const url = streamUrl(project, "stream?batch=1", after);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new host.WebSocket(url, token ? [SUBPROTOCOL, bearerSubprotocol(token)] : [SUBPROTOCOL]);
  socket.onmessage = ({ data }) => onTexts([data as string]);
  socket.onclose = ({ code }) => onEnd(code);
  return (quietly) => {
    socket.onmessage = socket.onclose = null;
    // Browsers log an error where a socket is closed before it is open. One that is dead must be, all the same:
    // they open one at a time for each host, and it would keep all others waiting.
    if (quietly && !socket.readyState) socket.onopen = () => socket.close();
    else socket.close();
  };
};

/** Make the second subprotocol of a token: browsers let no page set a header on a WebSocket. */
export function bearerSubprotocol(token: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  return `bearer.${btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}`;
}
