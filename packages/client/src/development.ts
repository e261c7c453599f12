/**
 * False in what bundlers take when they build for production (the export condition `production`): they leave out what only whoever
 * writes an application needs. `production.ts` stands in for this file there.
 */
export const isDevelopment: boolean = true;
