// One forward pass by onnxruntime-web: reads the model and the input that inference.ts wrote, writes the output, prints the shortest time in ms.
// usage: onnxruntime.js FOLDER THREADS SECONDS
import { readFileSync, writeFileSync } from "node:fs";
import * as ort from "onnxruntime-web/wasm";

const [, , folder, threads, seconds] = process.argv;
if (folder === "probe") {
  console.log(ort.env.versions.web);
  process.exit(0);
}
ort.env.wasm.numThreads = Number(threads);
const session = await ort.InferenceSession.create(readFileSync(`${folder}model.onnx`), {
  executionProviders: ["wasm"],
});
const bytes = readFileSync(`${folder}inputs.f32`);
const dims = JSON.parse(readFileSync(`${folder}case.json`, "utf8")).input;
const x = new ort.Tensor(
  "float32",
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
  dims,
);
const run = async () => (await session.run({ x })).y.data;
const y = await run();
writeFileSync(`${folder}output.f32`, new Uint8Array(y.buffer, y.byteOffset, y.byteLength));
let best = Number.POSITIVE_INFINITY;
for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
  const start = performance.now();
  await run();
  best = Math.min(best, performance.now() - start);
}
console.log(JSON.stringify({ ms: best }));
process.exit(0);
