/** Components as users write them, for the tests of the hooks in a browser, which bundle this. */
import { StrictMode, useState, type ReactNode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { useProject, useProjectWebSocket, useTask, type FollowOptions } from "../src/react.js";
import type { TaskEvent } from "../src/wire.js";

export { version } from "react";

interface Props extends FollowOptions {
  projectId: string;
}

/** One bar, and a log of what happened. */
function Video({ projectId, ...options }: Props) {
  const { isConnected, progress, status, error, ws } = useProjectWebSocket(projectId, options);
  const [messages, setMessages] = useState<TaskEvent[]>([]);
  ws?.on("*", (data) => setMessages((before) => [...before, data]));
  return (
    <article>
      <p>{`${isConnected ? "connected" : "disconnected"}, ${Math.round(progress * 100)} %, ${status}, ${error}`}</p>
      <ol>
        {messages.map((said) => (
          <li key={said.cursor}>{`${said.type} ${"message" in said ? said.message : ""}`}</li>
        ))}
      </ol>
    </article>
  );
}

/** All that is known of all tasks. */
function Tasks({ projectId, ...options }: Props) {
  const { tasks } = useProject(projectId, options);
  return [...tasks.values()].map((task) => (
    <section key={task.task_name} title={task.message ?? ""}>
      {`${task.task_name} ${task.progress} ${task.stage} ${JSON.stringify(task.metadata)}`}
    </section>
  ));
}

function Render({ projectId, ...options }: Props) {
  return <footer>{useTask(projectId, "render", options)?.progress}</footer>;
}

/** All of them, strictly. */
export const page = (props: Props): ReactNode => (
  <StrictMode>
    <Video {...props} />
    <Tasks {...props} />
    <Render {...props} />
  </StrictMode>
);

let root: Root | null = null;

/** Show them all. */
export function show(props: Props): void {
  root ??= createRoot(document.body.appendChild(document.createElement("main")));
  root.render(page(props));
}

/** Take up what a server rendered. */
export function hydrate(html: string, props: Props): void {
  const main = document.body.appendChild(document.createElement("main"));
  main.innerHTML = html;
  root = hydrateRoot(main, page(props));
}

export function leave(): void {
  root?.unmount();
  root = null;
}
