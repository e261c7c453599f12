import { SluiceError } from "@sluice/contract";
import { expect, test } from "vitest";
import { idle, type Resync, type SharedEvent, type SharedFacts, type SharedState, transition } from "./shared-state.js";

const error = new SluiceError("forbidden");
const resync: Resync = { answer: Promise.resolve(), settle() {} };
const open: SharedState = { kind: "open", resync: undefined };
const resyncing: SharedState = { kind: "open", resync };
const lingering: SharedState = { kind: "lingering", resync: undefined };
const lingeringResync: SharedState = { kind: "lingering", resync };
const ended: SharedState = { kind: "over", error: undefined };
const failed: SharedState = { kind: "over", error };

const some: SharedFacts = { hasSubscribers: true, lingers: true };
const none: SharedFacts = { hasSubscribers: false, lingers: true };
const noneAtOnce: SharedFacts = { hasSubscribers: false, lingers: false };

const rows: readonly [name: string, SharedState, SharedEvent, SharedFacts, after: SharedState][] = [
  ["the first subscriber opens it", idle, { type: "subscribed" }, some, open],
  ["another one changes nothing", resyncing, { type: "subscribed" }, some, resyncing],
  ["one that comes in time finds it open", lingering, { type: "subscribed" }, some, open],
  ["and what was asked for is still awaited", lingeringResync, { type: "subscribed" }, some, resyncing],
  ["who comes after the end starts nothing", ended, { type: "subscribed" }, some, ended],
  ["nor who comes after a failure", failed, { type: "subscribed" }, some, failed],
  ["while others are left it goes on", open, { type: "left" }, some, open],
  ["without the last one it lingers", open, { type: "left" }, none, lingering],
  ["with what was asked for", resyncing, { type: "left" }, none, lingeringResync],
  ["or not at all", resyncing, { type: "left" }, noneAtOnce, idle],
  ["what is over is kept for those who are left", failed, { type: "left" }, some, failed],
  ["and forgotten with the last one", failed, { type: "left" }, none, idle],
  ["lingering ends", lingeringResync, { type: "lingered" }, none, idle],
  ["a resync is awaited", open, { type: "resync", resync }, some, resyncing],
  ["a resync starts what had ended over", ended, { type: "resync", resync }, some, resyncing],
  ["and what had failed", failed, { type: "resync", resync }, some, resyncing],
  ["a fresh snapshot is what it waits for", resyncing, { type: "fresh" }, some, open],
  ["also where nobody is left", lingeringResync, { type: "fresh" }, none, lingering],
  ["a snapshot that nobody asked for changes nothing", open, { type: "fresh" }, some, open],
  ["it ends", resyncing, { type: "over", error: undefined }, some, ended],
  ["it fails", open, { type: "over", error }, some, failed],
  ["with nobody to be told, it is as new", lingeringResync, { type: "over", error }, none, idle],
];

test.each(rows)("%s", (_, before, event, facts, after) => {
  const result = transition(before, event, facts);
  expect(result).toEqual(after);
  if (JSON.stringify(before) === JSON.stringify(after)) expect(result).toBe(before);
});
