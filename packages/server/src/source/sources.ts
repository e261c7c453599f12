import type { Log } from "@sluice/log";
import { Presence } from "../presence/presence.js";
import { Seniority } from "./seniority.js";
import { Source } from "./source.js";
import type { SourceParts, SourceRequest } from "./source-request.js";
import type { SourceSubscriber } from "./whereabouts.js";

export interface SourcesOptions extends SourceParts {
  /** The log as the application gave it: other Sluices of the process have it, too, and `log` may wrap it. */
  readonly givenLog: Log;
  /** Milliseconds that a source runs on after its topic's last subscriber has left. */
  readonly linger: number;
  /** See `PresenceOptions`. */
  readonly maxLingering: number;
}

/** The sources of the topics that have subscribers on this server. Of all servers on a log, one runs each of them. PROTOCOL §9.5. */
export class Sources {
  readonly #parts: SourceParts;
  readonly #presence: Presence;
  readonly #seniority: Seniority;
  readonly #sources = new Map<string, Source>();
  readonly #ending = new Set<Promise<void>>();

  constructor(options: SourcesOptions) {
    this.#parts = options;
    this.#presence = new Presence(options);
    this.#seniority = new Seniority(options.givenLog);
  }

  join(request: SourceRequest, subscriber: SourceSubscriber): void {
    const { topic } = request;
    this.#presence.enter(topic, subscriber.lifetime, (visit) => {
      const source = new Source(this.#parts, request);
      this.#sources.set(topic, source);
      const unclaim = this.#seniority.claim(topic, source);
      visit.watch({ onEnd: () => this.#end(topic, source, unclaim) });
      source.begin();
    });
    this.#sources.get(topic)?.attach(subscriber);
  }

  /** Ends all at once, so that other servers can go on. */
  async stop(): Promise<void> {
    this.#presence.close();
    await Promise.all(this.#ending);
  }

  #end(topic: string, source: Source, unclaim: () => void): void {
    this.#sources.delete(topic);
    const ending = source.end().then(() => {
      unclaim();
      this.#ending.delete(ending);
    });
    this.#ending.add(ending);
  }
}
