import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of 1 MB, or more exactly a file system in memory. */
export interface SmallDisk {
  readonly file: string;
  /** Takes all the room that is left, but for so many bytes. */
  fill(but?: number): void;
  /** Gives the room back. */
  clear(): void;
  /** The path of the file where the disk can't be written to. */
  protectedFile(): string;
  remove(): void;
}

/** A new disk; `undefined` where nothing can be mounted. */
export function smallDisk(): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "sluice-disk-"));
  const run = (...command: [string, ...string[]]) => spawnSync(command[0], command.slice(1)).status === 0;
  if (!run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)) {
    rmdirSync(folder);
    return undefined;
  }
  let view: string | undefined;
  const filler = join(folder, "filler");
  return {
    file: join(folder, "log.db"),
    fill(but = 0) {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - but)));
    },
    clear: () => rmSync(filler, { force: true }),
    protectedFile() {
      view = mkdtempSync(join(tmpdir(), "sluice-disk-"));
      run("mount", "--bind", folder, view);
      run("mount", "-o", "remount,ro,bind", view);
      return join(view, "log.db");
    },
    remove() {
      // Lazily: libsql closes a file when its statements are garbage.
      for (const each of view ? [view, folder] : [folder]) {
        run("umount", "--lazy", each);
        rmdirSync(each);
      }
    },
  };
}

const probe = smallDisk();
probe?.remove();

/** Whether disks can be mounted here. */
export const canMount = probe !== undefined;
