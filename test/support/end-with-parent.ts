import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";

/** Reads which processes there are, and ends those of the last line when nobody is left who could write another one. */
const script = 'trap "" INT TERM HUP; last=; while read -r line; do last=$line; done; [ -z "$last" ] || kill -9 $last';

const watched = new Set<number>();
let watcher: Writable | undefined;

/**
 * Ends a program when this process has ended, however it did: by itself, a program that knows nothing of it would go on when its
 * parent is killed.
 */
export function endWithParent(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return; // it didn't start
  watched.add(pid);
  tell();
  child.once("exit", () => {
    watched.delete(pid);
    tell();
  });
}

function tell(): void {
  watcher ??= startWatcher();
  watcher.write(`${[...watched].join(" ")}\n`);
}

function startWatcher(): Writable {
  const shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.unref();
  (shell.stdin as Socket).unref();
  return shell.stdin;
}
