/*
 * Results as lines of JSON. JSON has no NaN and no infinities, so these are written as strings and read back.
 */
const NAMES: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, "-Infinity": -Infinity };

/** JSON of plain data, on one line. */
export const encode = (value: unknown): string =>
  JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === "number" && !Number.isFinite(entry) ? String(entry) : entry,
  );

/** The data that `encode` wrote. @throws SyntaxError for text that is not JSON */
export const decode = (text: string): unknown =>
  JSON.parse(text, (_, entry: unknown) =>
    typeof entry === "string" && Object.hasOwn(NAMES, entry) ? NAMES[entry] : entry,
  );

/** JSON with the keys of every object in alphabetical order: equal data give equal text. */
export function canonical(value: unknown): string {
  const sorted = (entry: unknown): unknown => {
    if (Array.isArray(entry)) return entry.map(sorted);
    if (typeof entry !== "object" || entry === null) return entry;
    const keys = Object.keys(entry).sort();
    return Object.fromEntries(keys.map((key) => [key, sorted((entry as Record<string, unknown>)[key])]));
  };
  return encode(sorted(value));
}
