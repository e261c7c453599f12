/** See `development.ts`. */
export const isDevelopment: boolean = false;
