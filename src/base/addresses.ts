/**
 * The text, with user names, passwords and queries removed from every address in it; a query may hold a password too. A
 * password may contain "/" and "@", so everything up to the last "@" of a word is removed.
 */
export const withoutCredentials = (text: string): string =>
  text.replace(/(\w:\/\/)\S*@/g, "$1").replace(/(\w:\/\/[^\s?]*)\?[^\s"',;]*/g, "$1");
