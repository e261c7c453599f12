"use client";

import { useState } from "react";
import { client } from "../client";

/** An answer that comes token by token, until it is complete or stopped. */
export default function Assistant() {
  const [answer, setAnswer] = useState("");
  const [running, setRunning] = useState<AbortController>();

  async function ask() {
    const controller = new AbortController();
    setRunning(controller);
    setAnswer("");
    try {
      const { signal } = controller;
      for await (const { data } of client.assistant.complete.iterate({ prompt: "word" }, { signal })) {
        setAnswer((before) => before + data);
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      setRunning(undefined);
    }
  }

  return (
    <main>
      <button type="button" onClick={() => (running ? running.abort() : ask())}>
        {running ? "Stop" : "Ask"}
      </button>
      <p id="answer">{answer}</p>
    </main>
  );
}
