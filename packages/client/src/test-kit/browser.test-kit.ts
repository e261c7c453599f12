import type { LockRequest, Page } from "../tabs/page.js";

/** A tab, as far as the other tabs notice it. */
export interface FakeTab {
  readonly name: string;
  readonly page: Page;
  /** Runs in the tab, after all that came before: not while it is busy, and never once it has crashed. */
  task(run: () => void): void;
  show(): void;
  hide(): void;
  /** Its tasks wait, without a word: it is busy, or its process is stopped. */
  block(): void;
  unblock(): void;
  /** Frozen, or in the back-forward cache: the page is told before. */
  freeze(): void;
  thaw(): void;
  crash(): void;
  readonly isDead: boolean;
}

/** A browser with Web Locks and BroadcastChannel, for tabs that a test opens. Nothing happens before `settle`. */
export interface FakeBrowser {
  open(name: string, options?: { readonly isVisible?: boolean }): FakeTab;
  /** Runs what waits in all tabs, until nothing does. */
  settle(): Promise<void>;
  /** Runs up to `steps` tasks, of tabs that `pick` chooses. False: there was nothing to do at the end. */
  run(steps: number, pick: (tabs: number) => number): Promise<boolean>;
  /** Posts to a channel as other code of the origin might. */
  post(channel: string, data: unknown): void;
  /** The next message to a tab doesn't come. */
  loseNext(tab: string): void;
  /** As in a sandbox. */
  refusesLocks: boolean;
  /** The names of open channels. */
  readonly channels: readonly string[];
  /** The names of the locks that are held or asked for. */
  readonly locks: readonly string[];
}

interface Tab extends FakeTab {
  readonly tasks: (() => void)[];
  isBlocked: boolean;
  isDead: boolean;
}

interface Asked {
  readonly tab: Tab;
  readonly hold: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Channel {
  readonly name: string;
  readonly tab: Tab;
  readonly onMessage: (data: unknown) => void;
  isClosed: boolean;
}

/** @param onTask is called whenever a tab has something to do, for who runs it without being asked. */
export function createBrowser(onTask = () => {}): FakeBrowser {
  const tabs: Tab[] = [];
  const channels = new Set<Channel>();
  const holders = new Map<string, Asked>();
  const queues = new Map<string, Asked[]>();
  /** Tabs to which the next message is lost. */
  const lost = new Set<string>();
  let ids = 0;

  function grant(name: string): void {
    if (holders.has(name)) return;
    const next = queues.get(name)?.shift();
    if (!next) return;
    holders.set(name, next);
    next.tab.task(() => {
      if (holders.get(name) !== next) return; // stolen before it ran
      void next.hold().then(() => {
        if (holders.get(name) !== next) return;
        holders.delete(name);
        next.resolve();
        grant(name);
      });
    });
  }

  const request = (tab: Tab, name: string, { signal, steal }: LockRequest, hold: () => Promise<void>) =>
    new Promise<void>((resolve, reject) => {
      if (browser.refusesLocks) return reject(new DOMException("sandboxed", "SecurityError"));
      const asked: Asked = { tab, hold, resolve, reject };
      const queue = queues.get(name) ?? [];
      queues.set(name, queue);
      if (steal) {
        const robbed = holders.get(name);
        holders.delete(name);
        robbed?.tab.task(() => robbed.reject(new DOMException("stolen", "AbortError")));
        queue.unshift(asked);
      } else {
        queue.push(asked);
        signal?.addEventListener("abort", () => {
          const at = queue.indexOf(asked);
          if (at < 0) return;
          queue.splice(at, 1);
          tab.task(() => reject(new DOMException("aborted", "AbortError")));
        });
      }
      grant(name);
    });

  function open(name: string, { isVisible = true } = {}): FakeTab {
    let listener: Parameters<Page["listen"]>[0] | undefined;
    let visible = isVisible;
    const tab: Tab = {
      name,
      tasks: [],
      isBlocked: false,
      isDead: false,
      page: {
        lock: (lock, options, hold) => request(tab, lock, options, hold),
        openChannel(channelName, onMessage) {
          const channel: Channel = { name: channelName, tab, onMessage, isClosed: false };
          channels.add(channel);
          return {
            post(data) {
              if (channel.isClosed) throw new DOMException("closed", "InvalidStateError");
              send(channel, channelName, data);
            },
            close() {
              channel.isClosed = true;
              channels.delete(channel);
            },
          };
        },
        newId: () => `${name}#${++ids}`,
        isVisible: () => visible,
        listen(given) {
          listener = given;
          return () => {
            if (listener === given) listener = undefined;
          };
        },
      },
      task(run) {
        if (tab.isDead) return;
        tab.tasks.push(run);
        onTask();
      },
      show() {
        visible = true;
        tab.task(() => listener?.shown());
      },
      hide() {
        visible = false;
        tab.task(() => listener?.shown());
      },
      block() {
        tab.isBlocked = true;
      },
      unblock() {
        tab.isBlocked = false;
        onTask();
      },
      freeze() {
        listener?.gone();
        tab.isBlocked = true;
      },
      thaw() {
        tab.isBlocked = false;
        tab.tasks.unshift(() => listener?.back());
        onTask();
      },
      crash() {
        tab.isDead = true;
        tab.tasks.length = 0;
        for (const channel of channels) if (channel.tab === tab) channels.delete(channel);
        for (const queue of queues.values()) {
          for (const asked of queue.filter((each) => each.tab === tab)) queue.splice(queue.indexOf(asked), 1);
        }
        for (const [lock, holder] of [...holders]) {
          if (holder.tab !== tab) continue;
          holders.delete(lock);
          grant(lock);
        }
      },
    };
    tabs.push(tab);
    return tab;
  }

  function send(from: Channel | undefined, name: string, data: unknown): void {
    for (const channel of channels) {
      if (channel === from || channel.name !== name) continue;
      if (lost.delete(channel.tab.name)) continue;
      const copy = structuredClone(data);
      channel.tab.task(() => {
        if (!channel.isClosed) channel.onMessage(copy);
      });
    }
  }

  const browser: FakeBrowser = {
    open,
    refusesLocks: false,
    loseNext: (tab) => void lost.add(tab),
    async settle() {
      let left = 20_000;
      for (let idle = 0; idle < 3; idle++) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const tab of tabs) {
          while (!tab.isBlocked && tab.tasks.length > 0) {
            tab.tasks.shift()?.();
            await Promise.resolve();
            idle = 0;
            if (--left === 0) throw new Error("It doesn't come to rest.");
          }
        }
      }
    },
    async run(steps, pick) {
      const ready = () => tabs.filter(({ isBlocked, tasks }) => !isBlocked && tasks.length > 0);
      for (let step = 0; step < steps; step++) {
        const able = ready();
        able[pick(able.length)]?.tasks.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return ready().length > 0;
    },
    post: (name, data) => send(undefined, name, data),
    get channels() {
      return [...channels].map(({ name }) => name);
    },
    get locks() {
      return [...holders.keys(), ...[...queues].flatMap(([name, queue]) => queue.map(() => name))];
    },
  };
  return browser;
}
