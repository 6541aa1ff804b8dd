import { inflateSync } from "fflate";
import { type Edits, edited } from "./edits.ts";
import { requireFreshCore } from "./freshness.ts";

/** A core as text: raw DEFLATE in base64, the number of bytes it unpacks to, and the changes to make in them. */
export interface Binary {
  readonly bytes: number;
  readonly deflated: string;
  readonly edits?: Edits;
}

/** The bytes of a core. */
export function decode(binary: Binary): Uint8Array<ArrayBuffer> {
  if (import.meta.url.endsWith(".ts")) requireFreshCore();
  const bytes = decompress(binary);
  return binary.edits === undefined ? bytes : edited(bytes, binary.edits);
}

/** Unpacks base64 of raw DEFLATE. In Node its zlib does this, because fflate takes a few milliseconds more. */
function decompress({ deflated, bytes }: Binary): Uint8Array<ArrayBuffer> {
  const { Buffer } = globalThis as NodeHost;
  const node = zlib();
  if (node !== undefined && Buffer !== undefined) {
    return new Uint8Array(node.inflateRawSync(Buffer.from(deflated, "base64")));
  }
  const text = atob(deflated);
  const compressed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) compressed[i] = text.charCodeAt(i);
  return inflateSync(compressed, { out: new Uint8Array(bytes) });
}

interface Zlib {
  inflateRawSync(bytes: Uint8Array): Uint8Array;
}

interface NodeHost {
  readonly process?: { getBuiltinModule?: (id: string) => unknown };
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array };
}

/** Node's zlib; undefined elsewhere. */
export const zlib = () => (globalThis as NodeHost).process?.getBuiltinModule?.("node:zlib") as Zlib | undefined;
