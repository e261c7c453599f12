/** Not yet among the types of es2023; all runtimes that Sluice runs on have it. */
interface Text extends String {
  isWellFormed(): boolean;
}

/**
 * Half a surrogate pair has no UTF-8: stores change it without a word, and two keys could become one.
 *
 * @throws TypeError if `text` is not a string of well-formed Unicode.
 */
export function checkText(name: string, text: string): void {
  if (typeof text !== "string") throw new TypeError(`${name} must be a string; got ${typeof text}.`);
  if (!(text as unknown as Text).isWellFormed())
    throw new TypeError(`${name} must be well-formed Unicode; got a lone surrogate.`);
}
