import { printThrown } from "@sluice/contract/internal";

/** An error, and the path of the procedure or the topic that it happened in. */
interface Reported {
  readonly error: unknown;
  readonly path: string;
}

/** Reports an error whose cause the client does not see to the user's `onError`. */
export type Report = (error: unknown, path: string, context: unknown) => void;

export const printReport = ({ error, path }: Reported): void => printThrown(error, label(path));

/** Prints what a developer should know, though it is no error. */
export const printWarning = (text: string, path: string): void => console.warn(label(path), text);

const label = (path: string) => `[sluice] ${path}:`;

/** Makes a user's `onError` safe to call: an error that it throws or rejects with is printed and goes no further. */
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
