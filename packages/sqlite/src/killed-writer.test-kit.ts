import { appendFileSync } from "node:fs";
import { openLog } from "./open-log.test-kit.js";

// Appends batches of two to several topics without end, and notes in a file what was acknowledged.

const [file = "", acknowledged = "", number = "", synchronous = "normal", journal = ""] = process.argv.slice(2);
const { log } = openLog({ file, synchronous: synchronous as "normal" | "full", journal: JSON.parse(journal) });

let appends = 0;

async function write(topic: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const idempotencyKey = `${number}-${topic}-${n}`;
    const data = JSON.stringify(idempotencyKey);
    const answer = await log.append(
      topic,
      [
        { type: "first", data },
        { type: "second", data },
      ],
      { idempotencyKey },
    );
    // Synchronously, or it might say less than was acknowledged.
    appendFileSync(acknowledged, `${JSON.stringify({ topic, idempotencyKey, cursor: answer.cursor })}\n`);
    appends += 1;
    if (appends === 2) process.stdout.write("writing");
  }
}

await Promise.all(Array.from({ length: 8 }, (_, i) => write(`t${i % 3}`)));
