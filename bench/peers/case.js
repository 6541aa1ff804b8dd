// What every JavaScript peer does with a case of bench/peers: it reads what index.ts wrote, and reports.
import { readFileSync, writeFileSync } from "node:fs";

/** The sizes of the case, and a reader of its arrays by name. */
export function readCase(folder) {
  const sizes = JSON.parse(readFileSync(`${folder}case.json`, "utf8"));
  const read = (name) => {
    const bytes = readFileSync(`${folder}${name}.f32`);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  return { ...sizes, read };
}

/** Writes the gradient of W_hh that `pass` returns, repeats the pass for three seconds, and prints the shortest time in ms. */
export function report(folder, pass) {
  writeFileSync(`${folder}gradient.f32`, new Uint8Array(Float32Array.from(pass()).buffer));
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0, end = performance.now() + 3000; i < 2 || performance.now() < end; i++) {
    const start = performance.now();
    pass();
    best = Math.min(best, performance.now() - start);
  }
  console.log(JSON.stringify({ ms: best }));
}
