// The package has no types. These are the parts used here.
declare module "launchdarkly-eventsource" {
  interface MessageEvent {
    readonly type: string;
    readonly data: string;
    readonly lastEventId: string;
  }
  class EventSource {
    constructor(url: string, options: { method?: string; body?: string; headers?: Record<string, string> });
    readonly readyState: number;
    addEventListener(type: string, listener: (event: MessageEvent) => void): void;
    close(): void;
  }
  const all: { EventSource: typeof EventSource };
  export default all;
}
