/** The object with one key set, at any depth. */
export const withKey = (
  object: unknown,
  [key, ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> => ({
  ...(object as object),
  [key]: rest.length === 0 ? value : withKey((object as Record<string, unknown> | undefined)?.[key] ?? {}, rest, value),
});
