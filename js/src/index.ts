/** The browser client of progresskit: follow the long tasks of a project. */
export { configure, connect } from "./client.js";
export type { Gateway, Settings } from "./settings.js";
export type { ConnectOptions, EventOf, ProjectSnapshot, ProjectStore } from "./store.js";
export type { ConnectionState, ConnectionStatus, Token, Transport } from "./connection.js";
export type { Project } from "./fold.js";
export type {
  CompletedEvent,
  ErrorEvent,
  Json,
  JsonObject,
  ProgressEvent,
  Status,
  StatusEvent,
  TaskEvent,
  TaskState,
} from "./wire.js";
