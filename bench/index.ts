/**
 * `npm run bench [group …]`: how near to this machine's limit the core runs. Every result is compared with float64 first, then timed; the
 * table goes to standard output, the same as JSON to build/bench.json. Groups: matmul, rnn, lstm, gru, mlp, threads, relaxed, length; all by
 * default. Shapes stand in shapes.ts.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import { hostThreads } from "../src/parallel/thread.ts";
import { createEngine } from "../src/wasm/builds.ts";
import { RELAXED_EDITS } from "../src/wasm/generated/binary-relaxed.ts";
import { benchFeedforward } from "./feedforward.ts";
import { benchLength, formatLengths } from "./length.ts";
import { fusedRate, measureLimits } from "./limit.ts";
import { benchMatmul } from "./matmul.ts";
import { benchRecurrent } from "./recurrent.ts";
import { RECURRENT } from "./shapes.ts";
import { formatTable, type Row } from "./table.ts";
import { benchThreads, formatThreads, type ThreadsRow } from "./threads.ts";

const asked = process.argv.slice(2);
const wanted = (group: string) => asked.length === 0 || asked.includes(group);

mkdirSync(new URL("../build/", import.meta.url), { recursive: true });
const limits = await measureLimits();
const { rate, loop, clock, clockRate, bandwidth, call } = limits;
console.log(`Limits of one core of ${cpus()[0].model.trim()}
  multiplying and adding in registers  ${rate.toFixed(1)} GFLOP/s (${loop})
  16 flop a cycle                      ${clockRate.toFixed(1)} GFLOP/s at ${clock.toFixed(2)} GHz
  reading                              ${bandwidth.first.toFixed(0)} GB/s first-level cache, ${bandwidth.second.toFixed(0)} second-level, ${bandwidth.memory.toFixed(0)} memory
  a call from JavaScript               ${call.toFixed(1)} ns
`);

const rows: Row[] = [];
if (wanted("matmul")) rows.push(...(await benchMatmul(rate)));
for (const [group, cell] of Object.entries({ rnn: "tanh", lstm: "lstm", gru: "gru" })) {
  if (!wanted(group)) continue;
  rows.push(
    ...(await benchRecurrent(
      limits,
      RECURRENT.filter((shape) => shape.cell === cell),
    )),
  );
}
if (wanted("mlp")) rows.push(...(await benchFeedforward(rate)));
const large = RECURRENT.filter(({ B, H }) => B >= 32 && H >= 128);
const shared: ThreadsRow[] = [];
if (wanted("threads")) {
  for (let threads = 2; threads <= hostThreads(); threads *= 2) shared.push(...(await benchThreads(threads)));
}
let fused: Awaited<ReturnType<typeof fusedRate>> | undefined;
if (wanted("relaxed") && RELAXED_EDITS !== undefined) {
  setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20
  fused = await fusedRate();
  const engine = await createEngine({ build: "relaxed" });
  console.log(`  fused, in registers                  ${fused.rate.toFixed(1)} GFLOP/s (${fused.loop})\n`);
  rows.push(...(await benchMatmul(fused.rate, engine, " relaxed")));
  rows.push(...(await benchRecurrent({ rate: fused.rate, bandwidth }, large, { label: " relaxed", engine })));
}
if (rows.length > 0) console.log(formatTable(rows));
if (shared.length > 0) console.log(`${rows.length > 0 ? "\n" : ""}${formatThreads(shared)}`);
const lengths = wanted("length") ? await benchLength() : [];
if (lengths.length > 0) console.log(`\n${formatLengths(lengths)}`);
writeFileSync(
  new URL("../build/bench.json", import.meta.url),
  `${JSON.stringify({ limits, fused, rows, threads: shared, lengths }, null, 2)}\n`,
);
