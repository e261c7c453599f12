import type { GatewayAnswer, Weather } from "../../faults/link.js";
import type { Action, Networked } from "./action.js";

const breaks = ["end", "reset"] as const;

export const cutAll: Action<Networked> = (model) => {
  const how = model.pick(breaks);
  const bytes = model.random() < 0.3 ? 0 : 1 + model.upTo(600);
  model.proxy.cut(how, bytes);
  return `cut all after ${bytes} bytes (${how})`;
};

export const cutNext: Action<Networked> = (model) => {
  const cuts = Array.from({ length: 1 + model.upTo(4) }, () => ({ after: model.upTo(900), how: model.pick(breaks) }));
  model.proxy.cutNext(...cuts);
  return `cut the next after ${cuts.map(({ after }) => after)} bytes`;
};

const gatewayAnswers: readonly GatewayAnswer[] = [{ status: 502 }, { status: 503 }, { status: 503, retryAfter: 1 }];

export const answer: Action<Networked> = (model) => {
  const given = Array.from({ length: 1 + model.upTo(3) }, () => model.pick(gatewayAnswers));
  model.proxy.answer(...given);
  model.proxy.cut("reset");
  return `cut all, and answer ${given.map(({ status }) => status)}`;
};

export const silence: Action<Networked> = (model) => {
  model.proxy.silence();
  const onlyNow = model.random() < 0.5;
  if (onlyNow) model.proxy.hear();
  return onlyNow ? "fall silent for a moment" : "fall silent";
};

export const hear: Action<Networked> = (model) => {
  model.proxy.hear();
  return "hear again";
};

const changes: readonly Partial<Omit<Weather, "answers">>[] = [
  { held: true },
  { held: false },
  { bytewise: true },
  { bytewise: false },
  { oldHttp: true },
  { oldHttp: false },
  { stalled: true },
  { stalled: false },
];

export const changeWeather: Action<Networked> = (model) => {
  const next = model.pick(changes);
  model.proxy.set(next);
  return `weather ${JSON.stringify(next)}`;
};
