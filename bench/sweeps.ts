/**
 * `npm run bench:sweeps`: what a sweep costs beside its passes. Times are of the processor, all threads of this process together, as the
 * machine may have other work: a cell's overhead in the journal and the pool, the speed-up that two threads would have on two free cores
 * beside that of two processes that know nothing of each other, which is what the machine gives,
 * and the reading of a journal of 100,000 lines. Results on threads are compared with those of this thread first.
 */
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cellsOf } from "../src/sweeps/cells.ts";
import { encode } from "../src/sweeps/encode.ts";
import { parseMap } from "../src/sweeps/map.ts";
import { sha256 } from "../src/sweeps/node/hash.ts";
import { readJournal } from "../src/sweeps/node/journal.ts";
import { cellPool } from "../src/sweeps/node/pool.ts";
import { measureCellAtOnce } from "../src/sweeps/run-cell.ts";
import { runCells } from "../src/sweeps/run-cells.ts";
import { runSweep } from "../src/sweeps/run-sweep.ts";
import type { CellEnd, PlacedCell } from "../src/sweeps/types.ts";

/** Milliseconds of the processor and of the clock that work took. */
async function timed(work: () => unknown): Promise<{ cpu: number; wall: number }> {
  const [used, began] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { cpu: (user + system) / 1000, wall: performance.now() - began };
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** Cells of small networks: what is beside the pass weighs most. */
const small = cellsOf(
  parseMap({
    base: { network: { kind: "feedforward", width: 16 }, batch: 8, profile: 16 },
    axes: [{ key: "init.gain", from: 0.5, to: 2, count: 1000 }],
  }),
);
/** Cells of about 10 ms: a short training. */
const longer = cellsOf(
  parseMap({
    base: {
      network: { kind: "feedforward", width: 32, depth: 4 },
      batch: 8,
      plan: { steps: 60, batch: 32, optimizer: { name: "sgd", learningRate: 0.01 } },
    },
    axes: [{ key: "init.gain", from: 0.5, to: 2, count: 100 }],
  }),
);

/** A process that measures the longer cells by itself, when it is asked. */
async function startProcess() {
  const child = fork(fileURLToPath(import.meta.url), ["--alone"], { execArgv: [] });
  const answer = () => new Promise<{ cpu: number; wall: number }>((resolve) => child.once("message", resolve as never));
  await answer(); // it has compiled
  return {
    measure: () => {
      const measured = answer();
      child.send("measure");
      return measured;
    },
    end: () => child.disconnect(),
  };
}

const atOnce = (cells: readonly PlacedCell[]) => cells.map((cell) => measureCellAtOnce(cell));
atOnce(small.slice(0, 200)); // compiled
if (process.argv.includes("--alone")) {
  for (let i = 0; i < 2; i++) atOnce(longer);
  process.on("message", async () => process.send!(await timed(() => atOnce(longer))));
  process.send!("ready");
} else await bench();

async function bench() {
  const folder = mkdtempSync(join(tmpdir(), "evanesce-bench-"));
  try {
    const overheads: number[] = [];
    for (let i = 0; i < 3; i++) {
      const alone = await timed(() => atOnce(small));
      const journal = join(folder, `small-${i}.jsonl`);
      const swept = await timed(async () => {
        for await (const { end } of runSweep(small, {}, { journal }))
          if (end.failed !== undefined) throw new Error(end.failed);
      });
      overheads.push((swept.cpu - alone.cpu) / small.length);
    }
    overheads.sort((a, b) => a - b);
    console.log(`a cell beside its pass, in a journal: ${ms(overheads[1])} (aim: at most 1 ms)`);

    const [head, line] = readFileSync(join(folder, "small-0.jsonl"), "utf8").split("\n");
    const path = join(folder, "long.jsonl");
    const lines = Array.from({ length: 100_000 }, (_, i) =>
      line.replace(/"hash":"[0-9a-f]+"/, `"hash":"${sha256(`${i}`)}"`),
    );
    writeFileSync(path, `${[head, ...lines].join("\n")}\n`);
    let held = 0;
    const reading = await timed(() => {
      held = readJournal(path).lines.size;
    });
    if (held !== lines.length) throw new Error(`the journal holds ${held} cells`);
    console.log(`${held.toLocaleString("en")} lines of a journal read: ${ms(reading.cpu)} (aim: at most 1,000 ms)`);

    const pool = cellPool(2, 600);
    const onThreads = async (cells: readonly PlacedCell[]) => {
      const ends = new Array<CellEnd>(cells.length);
      for await (const { index, end } of runCells(cells, pool)) ends[index] = end;
      return ends;
    };
    if (encode(await onThreads(longer)) !== encode(atOnce(longer).map((result) => ({ result }))))
      throw new Error("threads give other results");
    for (let i = 0; i < 3; i++) await onThreads(longer); // a sweep has thousands of cells: each worker's code is compiled
    const [first, second] = [await startProcess(), await startProcess()];
    const rounds: { readonly cpu: readonly number[]; readonly wall: readonly number[] }[] = [];
    let each = 0;
    for (let i = 0; i < 5; i++) {
      const one = await first.measure();
      const both = await Promise.all([first.measure(), second.measure()]);
      const two = await timed(() => onThreads(longer));
      const own = (both[0].cpu + both[1].cpu) / 2;
      const slower = Math.max(both[0].wall, both[1].wall);
      rounds.push({
        cpu: [(2 * one.cpu) / two.cpu, (2 * one.cpu) / own],
        wall: [one.wall / two.wall, (2 * one.wall) / slower],
      });
      each = one.cpu / longer.length;
    }
    await pool.close();
    for (const { end } of [first, second]) end();
    const median = (of: (round: (typeof rounds)[number]) => number) => rounds.map(of).sort((a, b) => a - b)[2];
    console.log(`cells of ${ms(each)}, times as fast as one process alone (aim: at least 1.9)`);
    console.log("                      by processor time   by the clock   of the machine's own");
    const row = (name: string, which: 0 | 1) => {
      const [cpu, wall] = [median((round) => round.cpu[which]), median((round) => round.wall[which])];
      const share = median((round) => round.cpu[which] / round.cpu[1]);
      console.log(
        `${name.padEnd(22)}${cpu.toFixed(2).padStart(12)}${wall.toFixed(2).padStart(17)}${`${(100 * share).toFixed(0)} %`.padStart(18)}`,
      );
    };
    row("two processes", 1);
    row("two threads of a pool", 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
