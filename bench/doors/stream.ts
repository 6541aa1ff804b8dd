/*
 * npm run doors:stream [GB]: a table of so many gigabytes (default 2), made piece by piece, is read as a task reads it
 * and divided as a training run divides it.
 * Prints its peak memory and the longest time for which the event loop had to wait.
 */
import { inTurns } from "../../src/base/cooperative-work.ts";
import { prepareTaskInParts } from "../../src/tasks/index.ts";
import { taskSourceInParts } from "../../src/training/index.ts";

const size = Number(process.argv[2] ?? 2) * 1e9;
const COLUMNS = 20;
const header = `${Array.from({ length: COLUMNS }, (_, i) => `x${i}`).join(",")},y\n`;
// 256 different lines, so that making them costs little
const lines = Array.from({ length: 256 }, (_, n) => {
  const cells = Array.from({ length: COLUMNS }, (_, i) => Math.sin(n * COLUMNS + i).toFixed(16));
  return `${cells.join(",")},${n % 2}\n`;
});
const piece = new TextEncoder().encode(lines.join(""));

const bytes: Iterable<Uint8Array> = {
  *[Symbol.iterator]() {
    yield new TextEncoder().encode(header);
    for (let sent = header.length; sent < size; sent += piece.length) yield piece.slice();
  },
};

// pauses in milliseconds of the processor, all threads of this process: other programs have their share of the clock
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let longest = 0;
let last = processor();
const watch = setInterval(() => {
  const now = processor();
  longest = Math.max(longest, now - last);
  last = now;
}, 5);
const begun = performance.now();
const work = prepareTaskInParts({ name: "csv", bytes, file: "big.csv" }, "feedforward");
const sampler = await inTurns(work, {});
const reading = longest;
longest = 0;
await inTurns(taskSourceInParts(sampler, { batch: 32, seed: 0 }), {});
clearInterval(watch);
const { inputSize } = sampler({ batch: 8, seed: 1 });
const seconds = (performance.now() - begun) / 1000;
const peak = process.resourceUsage().maxRSS * 1024;
const rows = sampler.data?.size ?? 0;
console.log(
  `${(size / 1e9).toFixed(1)} GB, ${rows} rows of ${inputSize} inputs: ${seconds.toFixed(0)} s, ` +
    `peak memory ${(peak / 1e9).toFixed(2)} GB, longest pause ${reading.toFixed(0)} ms of the processor, in dividing it ${longest.toFixed(0)} ms`,
);
process.exitCode = peak < size ? 0 : 1;
