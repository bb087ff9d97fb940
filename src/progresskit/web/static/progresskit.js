// The browser client, for pages without a build: import { connect } from "<gateway>/progresskit.js".
export * from "./js/index.js";
