/** The part of Papa Parse that `csv-rows.ts` uses: its parser of one piece of text. */
declare module "papaparse" {
  interface ParserSettings {
    readonly delimiter: string;
    readonly newline: "\n" | "\r";
  }

  interface ParseResult {
    readonly data: string[][];
    readonly errors: readonly { readonly code: string; readonly row: number; readonly index: number }[];
    /** `cursor`: where the first row begins that was not read. */
    readonly meta: { readonly cursor: number };
  }

  const Papa: {
    Parser: new (
      settings: ParserSettings,
    ) => { parse(text: string, baseIndex: number, ignoreLastRow: boolean): ParseResult };
  };
  export default Papa;
}
