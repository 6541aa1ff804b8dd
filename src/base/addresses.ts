/**
 * A text with the addresses in it, without their user names, passwords and queries, which may hold a password too. A
 * password may contain "/" and "@", so everything up to the last "@" of a word goes.
 */
export const withoutCredentials = (text: string): string =>
  text.replace(/(\w:\/\/)\S*@/g, "$1").replace(/(\w:\/\/[^\s?]*)\?[^\s"',;]*/g, "$1");
