import { type Message, readMessages } from "./messages.js";
import type { Page } from "./page.js";

/** The tabs' common channel. What is posted in one task goes as one message. */
export interface TabChannel {
  /** The last message, as long as it hasn't gone. */
  readonly last: Message | undefined;
  post(message: Message): void;
  /** What hasn't gone yet is dropped. */
  close(): void;
}

export function createTabChannel(page: Page, name: string, onMessage: (message: Message) => void): TabChannel {
  let waiting: Message[] = [];
  let isClosed = false;
  const channel = page.openChannel(name, (data) => {
    for (const message of readMessages(data)) if (!isClosed) onMessage(message);
  });

  function flush(): void {
    const messages = waiting;
    waiting = [];
    if (!isClosed) channel.post(messages);
  }

  return {
    get last() {
      return waiting.at(-1);
    },
    post(message) {
      if (waiting.push(message) === 1) queueMicrotask(flush);
    },
    close() {
      isClosed = true;
      channel.close();
    },
  };
}
