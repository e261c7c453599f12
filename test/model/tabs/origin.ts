import { createClient, type SkippedEvent } from "@sluice/client";
import type { Page } from "../../../packages/client/src/tabs/page.js";
import { createTabsTransport } from "../../../packages/client/src/tabs/tabs-transport.js";
import { createBrowser, type FakeTab } from "../../../packages/client/src/test-kit/browser.test-kit.js";
import type { Access, Login } from "../access.js";
import type { Asked } from "../asked.js";
import { contractOf } from "../contract.js";
import type { Edition } from "../edition.js";
import type { Home } from "../home.js";
import { witness } from "../witness.js";
import { clockOf, fetchOf } from "./tab-page.js";
import { createTabsWatch, type TabsWatch } from "./tabs-watch.js";

export interface OriginOptions {
  readonly url: string;
  /** All tabs have the same: they are one user's. */
  readonly login: Login;
  readonly access: Access;
  readonly blame: (what: string) => void;
  /** A number from 0 up to but not including `bound`. */
  readonly upTo: (bound: number) => number;
  /** Called for everything that is asked for. */
  readonly onRequest: (asked: Asked) => void;
  /** See `Sabotage`. */
  readonly network?: ((fetch: typeof globalThis.fetch) => typeof globalThis.fetch) | undefined;
  readonly page?: ((page: Page) => Page) | undefined;
}

/** A tab with a client that shares its streams with those of the others. */
export interface ModelTab {
  readonly name: string;
  readonly home: Home;
  readonly state: "awake" | "frozen" | "busy";
  show(): void;
  hide(): void;
  /** Frozen, or put into the back-forward cache: the page is told. */
  freeze(): void;
  /** Busy, or its process is stopped: nobody is told. */
  block(): void;
  /** Ends either. */
  wake(): void;
  /** The page is told. */
  close(): void;
  /** Nobody is told. */
  crash(): void;
}

/** The tabs of one origin, in a browser whose tabs run in an order of its own. */
export class Origin {
  readonly login: Login;
  readonly tabs: ModelTab[] = [];
  readonly #options: OriginOptions;
  readonly #browser = createBrowser(() => this.#run());
  readonly #watches = new Map<string, TabsWatch>();
  #isRunning = false;
  #opened = 0;

  constructor(options: OriginOptions) {
    this.#options = options;
    this.login = options.login;
  }

  get awake(): readonly ModelTab[] {
    return this.tabs.filter(({ state }) => state === "awake");
  }

  open(edition: Edition): ModelTab {
    const name = `tab ${++this.#opened}`;
    const fake = this.#browser.open(name, { isVisible: this.#options.upTo(2) === 0 });
    const gone = new AbortController();
    let state: ModelTab["state"] = "awake";
    const die = () => {
      fake.crash();
      gone.abort();
      this.tabs.splice(this.tabs.indexOf(tab), 1);
    };
    const tab: ModelTab = {
      name,
      home: this.#homeOf(fake, edition, gone.signal),
      get state() {
        return state;
      },
      show: fake.show,
      hide: fake.hide,
      freeze() {
        state = "frozen";
        fake.freeze();
      },
      block() {
        state = "busy";
        fake.block();
      },
      wake() {
        if (state === "frozen") fake.thaw();
        else fake.unblock();
        state = "awake";
      },
      close() {
        fake.freeze();
        die();
      },
      crash: die,
    };
    this.tabs.push(tab);
    return tab;
  }

  /** No tab is frozen or busy any more, and one is visible. */
  heal(): void {
    for (const tab of this.tabs) if (tab.state !== "awake") tab.wake();
    this.tabs[0]?.show();
  }

  #homeOf(fake: FakeTab, edition: Edition, gone: AbortSignal): Home {
    const { url, login, access, blame, network, page = (given) => given } = this.#options;
    const skipped = new Map<string, (event: SkippedEvent) => void>();
    const witnessed = witness({
      network: network ? network(globalThis.fetch) : globalThis.fetch,
      access,
      blame,
      watchOf: (asked) => {
        this.#options.onRequest(asked);
        return this.#watchOf(asked.path, asked.input);
      },
    });
    const tree = createClient(contractOf(edition), {
      url,
      onSkippedEvent: (event) => skipped.get(event.path)?.(event),
      fetch: fetchOf(fake, witnessed, gone),
      headers: login.headers,
      onUnauthorized: login.renew,
      clock: clockOf(fake),
      linger: 0,
      retry: { random: () => 0.5, max: 400 },
      tabs: (own, { clock }, closing) =>
        createTabsTransport({ page: page(fake.page), name: "model", own, clock, closing }),
    });
    return {
      name: `${fake.name} of ${login.session}`,
      login,
      edition,
      tree,
      watch: (path, _input, _watch, onSkippedEvent) => void skipped.set(path, onSkippedEvent),
      refusalsOf: (path, input) => this.#watchOf(path, input).refusals,
    };
  }

  #watchOf(path: string, input: unknown): TabsWatch {
    const key = `${path}?${JSON.stringify(input ?? null)}`;
    const watch = this.#watches.get(key) ?? createTabsWatch((what) => this.#options.blame(`a tab ${what} (${key})`));
    this.#watches.set(key, watch);
    return watch;
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const go = async () => {
      while (await this.#browser.run(10, this.#options.upTo));
      this.#isRunning = false;
    };
    setImmediate(go);
  }
}
