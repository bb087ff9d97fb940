/** The stream of a project as server-sent events, by `fetch`: `EventSource` can't send a token, nor tell a status. */
import { ABNORMAL, bearer, streamUrl, type OpenLink } from "./link.js";

export const openEvents: OpenLink = (host, project, after, token, onTexts, onEnd) => {
  const abort = new AbortController();
  const { signal } = abort;
  const end = (code: number, retryAfterMs?: number) => signal.aborted || onEnd(code, retryAfterMs);
  const read = async () => {
    const url = streamUrl(project, "events", after);
    const response = await host.fetch(url, { headers: bearer(token), credentials: "include", signal });
    if (!response.ok) return end(4000 + response.status, Number(response.headers.get("retry-after")) * 1000);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const cut = eventCutter();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return end(ABNORMAL);
      const texts = cut(value);
      if (texts.length && !signal.aborted) onTexts(texts);
    }
  };
  read().catch(() => end(ABNORMAL));
  return () => abort.abort();
};

/** Return what cuts a stream, chunk by chunk, into the data of its events: of those that have become whole. */
function eventCutter(): (chunk: string) => string[] {
  let rest = "";
  return (chunk) => {
    const events = (rest + chunk).split(/\r?\n\r?\n/);
    rest = events.pop()!;
    return events.map(dataOf).filter(Boolean);
  };
}

function dataOf(event: string): string {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(5)).join("\n"); // JSON minds no leading space
}
