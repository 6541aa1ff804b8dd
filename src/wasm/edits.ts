/**
 * One core as a list of changes to another core. Each change copies `copied` bytes of the other core, leaves out the
 * next `dropped` bytes, and inserts the bytes that `inserted` holds in hexadecimal. The bytes after the last change are
 * copied. The relaxed and the wide core are stored in this form, because they differ from the SIMD core in only a few
 * dozen places.
 */
export type Edits = readonly (readonly [copied: number, dropped: number, inserted: string])[];

/** `bytes` after the changes `edits`. */
export function edited(bytes: Uint8Array<ArrayBuffer>, edits: Edits): Uint8Array<ArrayBuffer> {
  const growth = edits.reduce((sum, [, dropped, inserted]) => sum + inserted.length / 2 - dropped, 0);
  const out = new Uint8Array(bytes.length + growth);
  let [from, to] = [0, 0];
  for (const [copied, dropped, inserted] of edits) {
    out.set(bytes.subarray(from, from + copied), to);
    from += copied + dropped;
    to += copied;
    for (let i = 0; i < inserted.length; i += 2) out[to++] = Number.parseInt(inserted.slice(i, i + 2), 16);
  }
  out.set(bytes.subarray(from), to);
  return out;
}
