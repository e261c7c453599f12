import type { Scenario } from "../scenario.js";
import type { Action } from "./action.js";

export const pace: Action<Scenario> = (model) => {
  if (model.observers.length === 0) return "pace nobody";
  const observer = model.pick(model.observers);
  const holds = model.random() < 0.5;
  if (holds) observer.hold();
  else observer.read();
  return `${observer.name} ${holds ? "stops reading" : "reads on"}`;
};

export const join: Action<Scenario> = (model) => {
  const { name, kind } = model.joinAny();
  return `${name} joins (${kind.name})`;
};

export const leave: Action<Scenario> = (model) => {
  if (model.observers.length < 4) return "nobody leaves";
  const [observer] = model.observers.splice(model.upTo(model.observers.length), 1);
  observer?.stop();
  return `${observer?.name} leaves`;
};
