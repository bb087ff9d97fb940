/** All that the entries of this package share: one registry of connections, one configuration. */
export { configure } from "./settings.js";
export { connect, CONNECTING, peek } from "./store.js";
