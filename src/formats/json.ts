import { EvanesceError } from "../base/errors.ts";

/** Limits of a file's JSON, checked before it is parsed, so that no file can use up the memory or the stack. */
export interface JsonLimits {
  /** Depth of nested objects and lists. */
  readonly depth: number;
  /** Number of objects and lists together. */
  readonly count: number;
}

/** Specs and results nest a few levels; their numbers stand in lists of their own. */
const LIMITS: JsonLimits = { depth: 64, count: 4_000_000 };

/**
 * Parses JSON in which no object has a key twice: JSON.parse would silently keep the second value.
 *
 * @throws EvanesceError for text that is not JSON, for nesting that is too deep, for too many objects, and for a
 * duplicate key, which it names
 */
export function parseJson(where: string, text: string, remedy: string, limits: JsonLimits = LIMITS): unknown {
  requireWithin(where, text, remedy, limits);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EvanesceError(where, `valid JSON (${(error as Error).message})`, text, remedy);
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw new EvanesceError(where, "every name once", duplicate, remedy);
  return value;
}

/**
 * Counts the objects and lists of a text that may be JSON, outside strings and without parsing it.
 *
 * @throws EvanesceError above the limits
 */
export function requireWithin(where: string, text: string, remedy: string, { depth, count }: JsonLimits): void {
  let [open, all] = [0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = stringEnd(text, i);
    else if (code === BRACE || code === BRACKET) {
      if (++open > depth) {
        throw new EvanesceError(
          where,
          `JSON at most ${depth} objects and lists deep`,
          `more at character ${i}`,
          remedy,
        );
      }
      if (++all > count) {
        throw new EvanesceError(where, `JSON of at most ${count} objects and lists`, `more at character ${i}`, remedy);
      }
    } else if (code === BRACE + 2 || code === BRACKET + 2) open--;
  }
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [34, 92, 91, 123]; // the code of a closing bracket is that of the opening one plus two

/** The end of the string that begins at `start`: its closing quote, or the text's end. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** The first key that an object in `text`, which is valid JSON, holds twice. */
function duplicateKey(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = []; // keys of the objects around the position; undefined for lists
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{") objects.push(new Set());
    else if (character === "[") objects.push(undefined);
    else if (character === "}" || character === "]") objects.pop();
    else if (character === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      let after = i + 1;
      while (/\s/.test(text[after] ?? "")) after++;
      if (text[after] !== ":") continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      const keys = objects.at(-1) as Set<string>;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
