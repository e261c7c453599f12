/**
 * The message of an error in builds for production, where a text for who writes an application, or debugs its wire, is a number:
 * the error index of the documentation explains each. `details` say which path, field or value it is.
 *
 * @example isDevelopment ? `A frame is longer than ${maxLength} characters, the limit.` : textNumber(1, maxLength)
 */
export const textNumber = (number: number, ...details: unknown[]): string =>
  [`Sluice error ${number}`, ...details].join(": ");
