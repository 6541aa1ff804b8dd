import { EvanesceError } from "../../base/errors.ts";
import type { Pieces } from "../types.ts";

/** Most characters of a line: ten thousand tensors with full statistics need about ten million. */
const LONGEST = 2 ** 28;

/** One line of a text. `whole` is false for a last line without a line feed, which may be incomplete. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  readonly whole: boolean;
}

/**
 * The lines of UTF-8 text that comes in pieces; blank lines are left out. A character that is split between two pieces
 * is joined; bytes that are not UTF-8 become U+FFFD.
 *
 * @throws EvanesceError for a line that is too long
 */
export async function* linesOf(pieces: Pieces, name: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8");
  let number = 0;
  let waiting: string[] = []; // the parts of a line without its end
  let length = 0;
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const part = text.slice(from, end);
      from = end + 1;
      const line = waiting.length === 0 ? part : waiting.join("") + part;
      [waiting, length] = [[], 0];
      number++;
      if (line.trim() !== "") yield { number, text: line, whole: true };
    }
    if (from < text.length) {
      waiting.push(text.slice(from));
      length += text.length - from;
      if (length > LONGEST) {
        const rule = `lines of at most ${LONGEST} characters`;
        throw new EvanesceError(`${name}: line ${number + 1}`, rule, "more", "end every update with a line feed");
      }
    }
  }
  const rest = waiting.join("") + decoder.decode();
  if (rest.trim() !== "") yield { number: number + 1, text: rest, whole: false };
}
