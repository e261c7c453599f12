import type { Model } from "../model.js";
import type { ModelTab } from "../tabs/origin.js";
import type { Action } from "./action.js";

/** Does something to one of the tabs in a state. */
const toTab =
  (what: string, state: ModelTab["state"], act: (tab: ModelTab, model: Model) => void): Action =>
  (model) => {
    const tabs = model.origins.flatMap(({ tabs: all }) => all).filter((tab) => tab.state === state);
    if (tabs.length === 0) return `no tab is ${state}`;
    const tab = model.pick(tabs);
    act(tab, model);
    return `${tab.name} ${what}`;
  };

/** What it has subscribed to is gone with it. */
function forget({ observers }: Model, tab: ModelTab): void {
  for (const observer of observers.filter(({ home }) => home === tab.home)) {
    observers.splice(observers.indexOf(observer), 1);
  }
}

export const closeTab = toTab("is closed", "awake", (tab, model) => {
  forget(model, tab);
  tab.close();
});

/** Whatever it was doing. */
export const crashTab: Action = (model) =>
  toTab("crashes", model.pick(["awake", "awake", "frozen", "busy"] as const), (tab) => {
    forget(model, tab);
    tab.crash();
  })(model);

export const freezeTab = toTab("is frozen", "awake", (tab) => tab.freeze());
export const thawTab = toTab("is thawed", "frozen", (tab) => tab.wake());
export const blockTab = toTab("is busy", "awake", (tab) => tab.block());
export const unblockTab = toTab("is done", "busy", (tab) => tab.wake());
export const showTab = toTab("is shown", "awake", (tab) => tab.show());
export const hideTab = toTab("is hidden", "awake", (tab) => tab.hide());
