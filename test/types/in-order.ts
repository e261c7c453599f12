/** The compiler lists texts in the order in which it met them, which depends on everything else that it has read. */
export const inOrder = (text: string): string =>
  text.replaceAll(/(?:"\w+" \| )+"\w+"/g, (union) => union.split(" | ").sort().join(" | "));
