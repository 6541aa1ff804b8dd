/** A process that hands the cells of the torture to the queue and keeps their results in a journal. */
import { cellsOf } from "../../src/sweeps/cells.ts";
import { queueRunner } from "../../src/sweeps/node/queue/coordinator.ts";
import { runSweep } from "../../src/sweeps/run-sweep.ts";
import { MAP } from "./map.ts";

const [url, journal] = process.argv.slice(2);
const runner: Parameters<typeof runSweep>[2]["runner"] = (hashes) => queueRunner(hashes, { url, lookEvery: 1000 });
for await (const { cell, kept } of runSweep(cellsOf(MAP), MAP, { journal, runner }))
  if (!kept) process.stdout.write(`${cell.id}\n`);
