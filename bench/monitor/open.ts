/**
 * How long a record takes to open: `npx tsx bench/monitor/open.ts [UPDATES TENSORS]`, 10,000 updates of 200 tensors by
 * default. Writes one into a temporary folder, reads it, judges it, draws its page, and prints seconds of the clock and
 * of the processor, and memory.
 */
import { createReadStream, mkdtempSync, openSync, closeSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { judgeRun } from "../../src/monitor/run/judge.ts";
import { readRecord, Run } from "../../src/records/index.ts";
import { runReport } from "../../src/report/monitor/page.ts";
import { reportToHtml } from "../../src/report/pages.ts";

const [updates, tensors] = process.argv.length > 3 ? process.argv.slice(2, 4).map(Number) : [10_000, 200];
const folder = mkdtempSync(join(tmpdir(), "evanesce-open-"));
const path = join(folder, "run.jsonl");

/** Norms that fall off towards the input, statistics every tenth update: what a recorder of a deep network writes. */
function write(): void {
  const file = openSync(path, "w");
  const layers = Math.ceil(tensors / 2);
  const header = {
    schema: "evanesce.record/1",
    order: "forward",
    tensors: Array.from({ length: tensors }, (_, i) => ({
      name: `layers.${i >> 1}.${i % 2 === 0 ? "weight" : "bias"}`,
      shape: i % 2 === 0 ? [256, 256] : [256],
    })),
  };
  writeSync(file, `${JSON.stringify(header)}\n`);
  let state = 1;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 0.5 + state / 2 ** 32;
  };
  const seven = (value: number) => Number(value.toPrecision(7));
  for (let update = 0; update < updates; update++) {
    const column = (value: (l: number) => number) =>
      Array.from({ length: tensors }, (_, i) => seven(value(i >> 1) * noise()));
    const line = {
      update,
      loss: seven(2.3 * 0.9998 ** update * noise()),
      norm: column((l) => 0.95 ** (layers - l)),
      clip: seven(Math.min(1, noise())),
      weightNorm: column(() => 10),
      updateNorm: column(() => 0.01),
      rate: [0.001],
      ...(update % 10 === 0
        ? {
            mean: column(() => 1e-4),
            meanAbs: column(() => 1e-3),
            largest: column(() => 0.1),
            zeros: column(() => 0.1),
          }
        : {}),
    };
    writeSync(file, `${JSON.stringify(line)}\n`);
  }
  closeSync(file);
}

try {
  write();
  const marks: { name: string; clock: number; processor: number }[] = [];
  const mark = (name: string) => {
    const { user, system } = process.cpuUsage();
    marks.push({ name, clock: performance.now() / 1000, processor: (user + system) / 1e6 });
  };
  mark("start");
  const run = new Run(path);
  for await (const event of readRecord(createReadStream(path, { highWaterMark: 1 << 20 }), path)) run.accept(event);
  mark("read");
  const judged = judgeRun(run);
  mark("judge");
  const page = reportToHtml(runReport(judged));
  mark("page");
  console.log(`${updates} updates of ${tensors} tensors, ${(statSync(path).size / 1e6).toFixed(0)} MB`);
  console.log(`${"".padEnd(8)} clock, s  processor, s`);
  const row = (name: string, clock: number, processor: number) =>
    console.log(`${name.padEnd(8)} ${clock.toFixed(2).padStart(8)}  ${processor.toFixed(2).padStart(12)}`);
  for (let i = 1; i < marks.length; i++) {
    row(marks[i].name, marks[i].clock - marks[i - 1].clock, marks[i].processor - marks[i - 1].processor);
  }
  const [first, last] = [marks[0], marks[marks.length - 1]];
  row("all", last.clock - first.clock, last.processor - first.processor);
  console.log(`page     ${(page.length / 1000).toFixed(0)} kB, verdict ${judged.verdict}`);
  console.log(
    `memory   ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident, ${run.lnNorm.length} columns of ${run.lnNorm.stride} updates`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
