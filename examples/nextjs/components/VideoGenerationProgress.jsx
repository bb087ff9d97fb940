import { useProjectWebSocket } from "progresskit/react";
import { useState } from "react";

const LOG_LENGTH = 100;

export default function VideoGenerationProgress({ projectId }) {
  const { isConnected, progress, status, error, ws } = useProjectWebSocket(projectId);
  const [events, setEvents] = useState([]);

  // In the render, and in no effect: it takes the place of what the render before gave.
  ws?.on("*", (event) => setEvents((before) => [event, ...before].slice(0, LOG_LENGTH)));

  return (
    <section className="progress" aria-label="Video generation">
      <p className="badge" role="status" data-connected={isConnected}>
        {isConnected ? "Connected" : "Disconnected"}
      </p>

      <div className="bar" data-failed={error !== null}>
        <progress value={progress} aria-label="Progress" />
        <output>{Math.floor(progress * 100)}%</output>
      </div>

      <p className="status">Status: {status ? status.replace("_", " ") : "nothing yet"}</p>
      {error && <p role="alert">{error}</p>}

      <h2>Event log</h2>
      <ol className="log" tabIndex={0} aria-label="Events, the newest first">
        {events.map(({ cursor, timestamp, type, message }) => (
          <li key={cursor}>
            <time dateTime={timestamp}>{new Date(timestamp).toLocaleTimeString()}</time>
            <b>{type}</b>
            <span>{message}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
