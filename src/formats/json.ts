import { EvanesceError } from "../base/errors.ts";

/**
 * JSON whose objects name each key once: JSON.parse would silently keep the last of two.
 *
 * @throws EvanesceError for text that is not JSON, or a duplicate key, which it names
 */
export function parseJson(where: string, text: string, remedy: string): unknown {
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

/** The first key that an object in `text`, which is valid JSON, holds twice. */
function duplicateKey(text: string): string | undefined {
  const objects: Set<string>[] = []; // keys of the objects (and, unused, arrays) around the position
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{" || character === "[") objects.push(new Set());
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
