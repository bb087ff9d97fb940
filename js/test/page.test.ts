import { describe, expect, it, vi } from "vitest";
import { Announcer } from "../src/page/announcer.js";
import { factsOf, Sentences } from "../src/page/speech.js";
import { tokenOf } from "../src/page/view.js";
import { chooseLanguage, wordsOf } from "../src/page/words.js";
import { overlay } from "../src/fold.js";
import type { JsonObject } from "../src/wire.js";
import { event } from "./frames.js";

const en = wordsOf("en", ["en-GB"]);
const ko = wordsOf("ko", []);

it.each([
  ["ko", ["en-GB"], "ko"],
  ["ko-KR", [], "ko"],
  [null, ["fr", "ko-KR", "en"], "ko"],
  ["xx", ["en-GB", "ko"], "en"],
  [null, [], "en"],
  ["constructor", ["__proto__"], "en"],
])("asked for %j by a reader of %j it speaks %s", (asked, preferred, spoken) => {
  expect(chooseLanguage(asked, preferred)).toBe(spoken);
});

describe("words", () => {
  it.each([
    [0.29, "29%"],
    [0.999, "99%"],
    [1 - 1e-12, "100%"], // what floats lost on the way
    [1, "100%"],
  ])("never round %d up: %s", (fraction, written) => expect(en.percent(fraction)).toBe(written));

  it.each([
    [0, "0 sec", "0초"],
    [59.6, "1 min", "1분"],
    [61, "1 min 1 sec", "1분 1초"],
    [3_599, "59 min 59 sec", "59분 59초"],
    [3_600, "1 hr", "1시간"],
    [7_384, "2 hr 3 min", "2시간 3분"],
  ])("write %d s in the two largest units that count: %s, %s", (seconds, english, korean) => {
    expect([wordsOf("en", ["en-US"]).duration(seconds), ko.duration(seconds)]).toEqual([english, korean]);
  });

  it.each([
    [0.2, 1],
    [19, 19],
    [61, 65],
    [121, 180],
    [3_601, 3_900],
  ])("know an estimate of %d s no more exactly than %d", (seconds, step) => {
    expect(en.estimate(seconds)).toBe(en.duration(step));
  });

  it("write no time where there is none", () => expect(en.time("yesterday")).toBe(""));
});

it.each([
  ["", null],
  ["#token=", null],
  ["#token=abc", "abc"],
  ["#lang&token=%EC%97%B4%EC%87%A0%20%2B/=&x", "열쇠 +/="],
  ["#token=100%", "100%"],
])("of the fragment %j the token is %j", (fragment, token) => expect(tokenOf(fragment)).toBe(token));

describe("what the metadata of speech says", () => {
  const state = (metadata: unknown, fields: object = {}) =>
    overlay(undefined, event("speech", 1, { metadata: metadata as JsonObject, ...fields }));
  const said = { sentence: 2, sentences: 3, attempt: 1, max_attempts: 5, phase: "scored", accuracy: 0.984 };

  it("is said in a few words", () => {
    expect(factsOf(state(said), en)).toEqual(["Sentence 2 of 3", "Take 1 of 5", "Accuracy 98.4%", "Checked"]);
    expect(factsOf(state({ ...said, accuracy: null }), ko)).toEqual(["문장 2/3", "녹음 1/5", "정확도 –", "확인함"]);
    expect(factsOf(state({ sentence: 2 }), en)).toEqual(["Sentence 2"]);
    expect(factsOf(state(said, { status: "completed" }), en)).toEqual([]);
  });

  it.each([[null], ["text"], [7], [{}], [{ sentence: -1, attempt: "1", phase: "constructor", accuracy: 2 }]])(
    "is nothing where it is %j",
    (metadata) => expect(factsOf(state(metadata), en)).toEqual([]),
  );

  it("is kept by sentence, for one run", () => {
    const sentences = new Sentences();
    const first = { attempt: 1, accuracy: 0.984 };
    expect(sentences.beside(state(said))).toEqual([null, first, null]);
    expect(sentences.beside(state({ ...said, sentence: 3, accuracy: null }))).toEqual([null, first, { attempt: 1, accuracy: null }]);
    expect(sentences.beside(state({ ...said, sentence: 4 }))).toHaveLength(3);
    expect(sentences.beside(state({ ...said, sentence: 1 }, { run_id: "r2" }))).toEqual([first, null, null]);
  });

  it("is kept from events that nothing was drawn for", () => {
    const sentences = new Sentences();
    const heard = (sentence: number) => event("speech", sentence, { metadata: { ...said, sentence } });
    for (const sentence of [1, 2]) sentences.note(heard(sentence));
    sentences.note(event("speech", 3, { metadata: null }));
    const take = { attempt: 1, accuracy: 0.984 };
    expect(sentences.beside(state({ ...said, sentence: 3 }))).toEqual([take, take, take]);
    expect(sentences.beside(state({ step: "joining" }))).toEqual([]);
    expect(sentences.beside(state(said, { status: "completed" }))).toEqual([]);
  });

  it("is no row of bars where there are too many", () => {
    expect(new Sentences().beside(state({ ...said, sentences: 1e9 }))).toEqual([]);
  });
});

it("changes are announced together, the last of each task, and counted where they are many", () => {
  vi.useFakeTimers();
  const node = document.createElement("p");
  const announcer = new Announcer(node, en);
  for (const text of ["a: Started.", "a: Completed."]) announcer.say("a", text);
  announcer.say("b", "b: Failed.");
  expect(node.textContent).toBe("");
  vi.advanceTimersByTime(3_000);
  expect(node.textContent).toBe("a: Completed. b: Failed.");
  for (const topic of ["a", "b", "c", "d"]) announcer.say(topic, topic);
  vi.advanceTimersByTime(3_000);
  expect(node.textContent).toBe("4 tasks changed.");
  vi.useRealTimers();
});
