/**
 * A queue worker that is killed while its process computes a cell, or, given `start`, while its process starts. It
 * prints the number of that process, which must notice.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { RESULTS_VERSION } from "../../src/sweeps/results-version.ts";

const cellOf = (steps: number) =>
  cellsOf(
    parseMap({
      base: { network: { kind: "recurrent", hidden: 64 }, task: { name: "adding", steps }, batch: 8 },
      axes: [{ key: "init.gain", values: [1] }],
    }),
  )[0];
const program = fileURLToPath(new URL("../../src/sweeps/node/queue/processor.ts", import.meta.url));
const child = fork(program, { execArgv: ["--import", "tsx"], stdio: "ignore" });
const measure = (steps: number) => child.send({ data: { results: RESULTS_VERSION, cell: cellOf(steps) } });
const die = () => process.stdout.write(String(child.pid), () => process.kill(process.pid, "SIGKILL"));

if (process.argv[2] === "start") die();
else {
  child.once("message", () => {
    measure(60_000);
    setTimeout(die, 200);
  });
  measure(10);
}
