/**
 * CRC-32C (Castagnoli, Bräuer and Herrmann 1993), reflected polynomial 0x82f63b78, a byte at a time from a table of
 * 256. Check value: of the nine characters "123456789", 0xe3069283.
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table()[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

let remainders: Uint32Array | undefined;

function table(): Uint32Array {
  if (remainders !== undefined) return remainders;
  remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
    return remainder;
  });
  return remainders;
}
