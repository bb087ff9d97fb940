import { defineConfig } from "vitest/config";
import { REACT_18 } from "./test/react18.js";

export default defineConfig({
  test: {
    environment: "happy-dom",
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      { extends: true, test: { name: "js", env: { REACT: "19" }, include: ["test/**/*.test.{ts,tsx}"] } },
      {
        extends: true,
        resolve: { alias: REACT_18 },
        test: { name: "react 18", env: { REACT: "18" }, include: ["test/*react.test.{ts,tsx}"] },
      },
    ],
  },
});
