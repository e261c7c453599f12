import { printThrown } from "@sluice/contract";

/** Something that went wrong, and where: a procedure's path, or a topic's. */
interface Reported {
  readonly error: unknown;
  readonly path: string;
}

/** Tells the user's `onError` of an error whose cause a client doesn't get to see. */
export type Report = (error: unknown, path: string, context: unknown) => void;

export const printReport = ({ error, path }: Reported): void => printThrown(error, `[sluice] ${path}:`);

/** Makes a user's `onError` safe to call anywhere: what it throws, or rejects with, is printed and goes no further. */
export function guardedReport<R extends Reported>(onError: (report: R) => unknown): (report: R) => void {
  const failed = (error: unknown) => printReport({ error, path: "onError" });
  return (report) => {
    try {
      Promise.resolve(onError(report)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
