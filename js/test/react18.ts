import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(`react18/node_modules/${name}`, import.meta.url));

/** Where React 18 is, by the names that the sources import. */
export const REACT_18 = { react: path("react"), "react-dom": path("react-dom") };
