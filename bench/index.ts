/**
 * `npm run bench [group …]`: how near to this machine's limit the core runs. Every result is compared with float64 first, then timed; the
 * table goes to standard output, the same as JSON to build/bench.json. Groups: matmul, rnn, lstm, gru, mlp, threads, relaxed, wide (Node 24), length; all by
 * default; other words choose shapes by parts of their names (`npm run bench rnn "H 32"`). Shapes stand in shapes.ts.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import { hostThreads } from "../src/parallel/thread.ts";
import { createEngine } from "../src/wasm/builds.ts";
import { RELAXED_EDITS } from "../src/wasm/generated/binary-relaxed.ts";
import { WIDE_EDITS } from "../src/wasm/generated/binary-wide.ts";
import { benchFeedforward } from "./feedforward.ts";
import { benchLength, formatLengths } from "./length.ts";
import { fusedRate, higher, measureLimits, wideRate } from "./limit.ts";
import { benchMatmul } from "./matmul.ts";
import { benchRecurrent } from "./recurrent.ts";
import { FEEDFORWARD, feedforwardName, PRODUCTS, productName, RECURRENT, recurrentName } from "./shapes.ts";
import { formatTable, judged, type Row } from "./table.ts";
import { benchThreads, formatThreads, type ThreadsRow } from "./threads.ts";

const GROUPS = ["matmul", "rnn", "lstm", "gru", "mlp", "threads", "relaxed", "wide", "length"];
const asked = process.argv.slice(2).filter((word) => GROUPS.includes(word));
const parts = process.argv.slice(2).filter((word) => !GROUPS.includes(word));
const wanted = (group: string) => asked.length === 0 || asked.includes(group);
/** The shapes whose name has one of the parts that were asked for. */
const only = <Shape>(shapes: readonly Shape[], name: (shape: Shape) => string): Shape[] =>
  shapes.filter((shape) => parts.length === 0 || parts.some((part) => name(shape).includes(part)));
const products = only(PRODUCTS, productName);
const recurrent = only(RECURRENT, recurrentName);
const feedforward = only(FEEDFORWARD, feedforwardName);

mkdirSync(new URL("../build/", import.meta.url), { recursive: true });
const before = await measureLimits();

const rows: Row[] = [];
if (wanted("matmul")) rows.push(...(await benchMatmul(products)));
for (const [group, cell] of Object.entries({ rnn: "tanh", lstm: "lstm", gru: "gru" })) {
  if (wanted(group)) rows.push(...(await benchRecurrent(recurrent.filter((shape) => shape.cell === cell))));
}
if (wanted("mlp")) rows.push(...(await benchFeedforward(feedforward)));
const large = recurrent.filter(({ B, H }) => B >= 32 && H >= 128);
const shared: ThreadsRow[] = [];
if (wanted("threads")) {
  for (let threads = 2; threads <= hostThreads(); threads *= 2) shared.push(...(await benchThreads(threads)));
}
const limits = higher(before, await measureLimits());
const table = rows.map((row) => judged(row, limits));
const { rate, loop, clock, clockRate, bandwidth, call } = limits;
console.log(`Limits of one core of ${cpus()[0].model.trim()}, the higher of a measurement before and one after
  multiplying and adding in registers  ${rate.toFixed(1)} GFLOP/s (${loop})
  16 flop a cycle                      ${clockRate.toFixed(1)} GFLOP/s at ${clock.toFixed(2)} GHz
  reading                              ${bandwidth.first.toFixed(0)} GB/s first-level cache, ${bandwidth.second.toFixed(0)} second-level, ${bandwidth.third.toFixed(0)} third-level, ${bandwidth.memory.toFixed(0)} memory
  a call from JavaScript               ${call.toFixed(1)} ns`);

/** The rows of another build, with the limit of its own instructions; `register` measures that. */
async function variant(
  label: "relaxed" | "wide",
  register: () => Promise<{ rate: number; loop: string }>,
  lanes: number,
): Promise<{ rate: number; loop: string }> {
  const engine = await createEngine({ build: label });
  const first = await register();
  const own = [
    ...(await benchMatmul(products, engine, ` ${label}`)),
    ...(await benchRecurrent(label === "wide" ? recurrent : large, { label: ` ${label}`, engine })),
  ];
  if (label === "wide") own.push(...(await benchFeedforward(feedforward, { label: " wide", engine })));
  const second = await register();
  const best = second.rate > first.rate ? second : first;
  console.log(`  ${label.padEnd(35)}  ${best.rate.toFixed(1)} GFLOP/s in registers (${best.loop})`);
  const ceiling = { ...limits, ...best, rate: Math.max(best.rate, rate), clockRate: 4 * lanes * clock };
  table.push(...own.map((row) => judged(row, ceiling)));
  return best;
}

let fused: Awaited<ReturnType<typeof fusedRate>> | undefined;
if (wanted("relaxed") && RELAXED_EDITS !== undefined) {
  setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20
  fused = await variant("relaxed", fusedRate, 4);
}
// last: it switches V8 over for the whole process
let wide: Awaited<ReturnType<typeof wideRate>> | undefined;
if (wanted("wide") && WIDE_EDITS !== undefined && Number.parseInt(process.versions.node, 10) >= 24) {
  wide = await variant("wide", wideRate, 8);
}
if (table.length > 0) console.log(`\n${formatTable(table)}`);
if (shared.length > 0) console.log(`${table.length > 0 ? "\n" : ""}${formatThreads(shared)}`);
const lengths = wanted("length") ? await benchLength() : [];
if (lengths.length > 0) console.log(`\n${formatLengths(lengths)}`);
writeFileSync(
  new URL("../build/bench.json", import.meta.url),
  `${JSON.stringify({ limits, fused, wide, rows: table, threads: shared, lengths }, null, 2)}\n`,
);
