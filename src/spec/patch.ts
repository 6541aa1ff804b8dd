/**
 * A spec with a JSON merge patch applied (RFC 7396): objects are merged key by key, null removes a key, and any other
 * value replaces the old one.
 */
export function withPatch(target: unknown, patch: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (typeof value === "object" && !Array.isArray(value)) {
      result[key] = withPatch(result[key], value as Record<string, unknown>);
    } else result[key] = value;
  }
  return result;
}
