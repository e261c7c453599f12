import type { Server } from "node:http";

export const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, resolve);
  });

/** One line for people, if the user can fix the problem. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use: choose another one, as in PORT=${Number(port) + 1} npm start`;
  if (code === "EACCES")
    return `Port ${port} cannot be opened without permission: choose another one, as in PORT=3000 npm start`;
  return error.message;
}
