/**
 * Builds kernels that the core does not export. The entry file in AssemblyScript is compiled in memory, as if it
 * were in the repository's root. The build optimizes lightly: no level changes a rounding, and the release target's
 * takes five times as long.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../../", import.meta.url));
const FLAGS = "-O1 --noAssert --runtime stub --enable simd --enable bulk-memory --use abort= --initialMemory 256";

type Kernel = (...operands: number[]) => number;

export interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly call: Readonly<Record<string, Kernel>>;
}

/** @param flags further flags of the compiler, mainly for the relaxed build */
export async function compile(entry: string, ...flags: readonly string[]): Promise<Kernels> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(["entry.ts", ...FLAGS.split(" "), ...flags, "-o", "out.wasm"], {
    readFile(name) {
      if (name === "entry.ts") return entry;
      try {
        return readFileSync(join(root, name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile(_name, contents) {
      binary = contents as Uint8Array<ArrayBuffer>;
    },
    listFiles: () => [],
  });
  if (error || binary === undefined) throw new Error(stderr.toString());
  const { instance } = await WebAssembly.instantiate(binary);
  const { memory, ...call } = instance.exports;
  return { memory: memory as WebAssembly.Memory, call: call as Record<string, Kernel> };
}
