/**
 * A queue worker that is killed while its process computes a cell. It prints the number of that process, which must notice.
 */
import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ChildCommand, ParentCommand } from "bullmq";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { RESULTS_VERSION } from "../../src/sweeps/results-version.ts";

const [cell] = cellsOf(
  parseMap({
    base: { network: { kind: "recurrent", hidden: 64 }, task: { name: "adding", steps: 60_000 }, batch: 8 },
    axes: [{ key: "init.gain", values: [1] }],
  }),
);
const main = join(dirname(createRequire(import.meta.url).resolve("bullmq")), "classes/main.js");
const child = fork(main, { execArgv: ["--import", "tsx"], stdio: "ignore" });
child.on("message", ({ cmd }: { cmd: ParentCommand }) => {
  if (cmd !== ParentCommand.InitCompleted) return;
  child.send(
    { cmd: ChildCommand.Start, job: { id: "1", data: JSON.stringify({ results: RESULTS_VERSION, cell }) }, token: "1" },
    () => {
      process.stdout.write(String(child.pid), () => setTimeout(() => process.kill(process.pid, "SIGKILL"), 200));
    },
  );
});
child.send({
  cmd: ChildCommand.Init,
  value: new URL("../../src/sweeps/node/queue/processor.ts", import.meta.url).href,
});
