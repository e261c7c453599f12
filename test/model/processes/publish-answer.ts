import type { Published } from "@sluice/server";

/** How a publish was answered, for who asked in another process. */
export type PublishAnswer =
  | Published
  | { readonly code: string; readonly isUnknown: boolean; readonly message: string };

export async function answerOf(publishing: Promise<Published>): Promise<PublishAnswer> {
  try {
    return await publishing;
  } catch (error) {
    const { code = "none", data, stack, cause } = error as Error & { code?: string; data?: { outcome?: unknown } };
    return { code, isUnknown: data?.outcome === "unknown", message: `${stack}, because of ${cause}` };
  }
}
