/**
 * Joins arrays into one, in their order; without any, returns an empty Uint8Array. Buffers of Node become a Uint8Array.
 */
export function concatenated<Values extends Uint8Array | Float32Array | Int32Array>(parts: readonly Values[]): Values {
  const [first] = parts;
  const Type = first === undefined || first instanceof Uint8Array ? Uint8Array : first.constructor;
  const whole = new (Type as new (length: number) => Values)(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
