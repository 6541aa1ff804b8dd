import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** An entry file of AssemblyScript, written as if it lay in the repository's root, compiled and instantiated in memory. */
export async function compile(entry: string): Promise<WebAssembly.Exports & { memory: WebAssembly.Memory }> {
  let binary: Uint8Array | null = null;
  const { error, stderr } = await asc.main(
    [
      "entry.ts",
      "-O3",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      "--noAssert",
      "--initialMemory",
      "64",
      "-o",
      "out.wasm",
    ],
    {
      readFile(name) {
        if (name === "entry.ts") return entry;
        try {
          return readFileSync(join(root, name), "utf8");
        } catch {
          return null;
        }
      },
      writeFile(_name, contents) {
        binary = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(stderr.toString());
  const { instance } = await WebAssembly.instantiate(binary as Uint8Array<ArrayBuffer>, {
    env: {
      abort: () => {
        throw new Error("abort");
      },
    },
  });
  return instance.exports as WebAssembly.Exports & { memory: WebAssembly.Memory };
}

/** Every input worth trying, as float32: 2¹⁸ bit patterns over all exponents and both signs, dense grids, ±0, ±∞, NaN. */
export function float32Inputs(centres: readonly number[] = []): Float32Array {
  const values: number[] = [
    0,
    -0,
    Infinity,
    -Infinity,
    NaN,
    1.17549435e-38,
    -1.17549435e-38,
    3.4028235e38,
    -3.4028235e38,
  ];
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  // 16381 is odd and close to 2¹⁴, so the low mantissa bits run through every residue.
  for (let pattern = 0; pattern < 2 ** 32; pattern += 16381) {
    bits[0] = pattern;
    if (Number.isFinite(float[0])) values.push(float[0]!);
  }
  for (let i = -60_000; i <= 60_000; i++) values.push(i / 500 + i * 1.7e-9);
  for (let i = -40_000; i <= 40_000; i++) values.push(i / 10_000 + i * 1.3e-10);
  for (const centre of centres)
    for (let i = -2000; i <= 2000; i++) values.push(centre + i * 1e-5, centre * (1 + i * 6e-8));
  while (values.length % 4) values.push(1);
  return Float32Array.from(values);
}
