/** One array of several, in their order; of none, an array of no bytes. */
export function concatenated<Values extends Uint8Array | Float32Array | Int32Array>(parts: readonly Values[]): Values {
  const Type = (parts[0]?.constructor ?? Uint8Array) as new (length: number) => Values;
  const whole = new Type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
