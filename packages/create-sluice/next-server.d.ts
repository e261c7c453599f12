/** What the template takes of Next, which isn't installed here: its own types are checked where a project is made and built. */
declare module "next/server" {
  export function connection(): Promise<void>;
}
