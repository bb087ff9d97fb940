/** Small hands on the page's nodes. Text of others enters it here, and by `textContent` alone. */

import type { Texts } from "./texts.js";

/** What a node was given last: what stays the same isn't touched. */
const written = new WeakMap<Node, string>();

/** Show a text, or hide its node where there is none. */
export function put(node: HTMLElement, text: string): void {
  if (written.get(node) === text) return;
  written.set(node, text);
  node.textContent = text;
  node.hidden = text === "";
}

/** Show items as the nodes that `make` gives for each, anew only where something changed; none hides the whole. */
export function fill<Item>(node: HTMLElement, items: readonly Item[], make: (item: Item) => readonly Node[]): void {
  const key = JSON.stringify(items);
  if (written.get(node) === key) return;
  written.set(node, key);
  node.replaceChildren(...items.flatMap(make));
  node.hidden = items.length === 0;
}

/** Make an element. */
export function element(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement {
  const node = document.createElement(name);
  node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

/** Make a term and what it means, for a `dl`. */
export const pair = ([term, meaning]: readonly [string, string]): HTMLElement[] => [
  element("dt", term),
  element("dd", meaning),
];

/** Find what view.html has under an id. */
export const byId = (id: string): HTMLElement => document.getElementById(id)!;

/** Find the parts of a card by their names. */
export function partsOf(root: HTMLElement): (name: string) => HTMLElement {
  const named = Array.from(root.querySelectorAll<HTMLElement>("[data-part]"), (node) => [node.dataset.part!, node] as const);
  const parts = new Map(named);
  return (name) => parts.get(name)!;
}

/** Put the texts where the page names them. */
export function translate(root: ParentNode, texts: Texts): void {
  for (const node of root.querySelectorAll<HTMLElement>("[data-text]")) {
    node.textContent = texts[node.dataset.text as "tasks"]; // a text without a gap, as that one
  }
}
