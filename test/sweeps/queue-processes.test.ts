/** The processes of a queue worker: each measures one cell at a time, and any of them may be killed at any moment. */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { queueRunner } from "../../src/sweeps/node/queue/coordinator.ts";
import { cellProcesses } from "../../src/sweeps/node/queue/processes.ts";
import { work } from "../../src/sweeps/node/queue/worker.ts";
import { RESULTS_VERSION } from "../../src/sweeps/results-version.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import { hasRedis, redisOfTests } from "./redis.ts";

const [cell] = cellsOf(
  parseMap({
    base: { network: { kind: "recurrent", hidden: 16 }, task: { name: "adding", steps: 2000 }, batch: 4 },
    axes: [{ key: "init.gain", values: [1] }],
  }),
);
const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The numbers of the processes for cells that this process has started. */
function processesForCells(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  return (children.match(/\d+/g) ?? []).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("processor");
    } catch {
      return false; // it has ended
    }
  });
}

async function startedProcess(but?: number): Promise<number> {
  for (;;) {
    const found = processesForCells().find((pid) => pid !== but);
    if (found !== undefined) return found;
    await soon(2);
  }
}

describe.skipIf(!hasRedis)("a process of a queue worker", { timeout: 60_000 }, () => {
  const server = redisOfTests();
  beforeEach(() => void server.redis.ask("flushall"));

  /** Measures the cell on a queue while `meanwhile` runs; gives the result, and the reason of each attempt's failure. */
  async function measuredWhile(meanwhile: () => Promise<unknown>, timeLimit?: number) {
    const runner = await queueRunner(new Map([[cell, "only"]]), { url: server.redis.url, lookEvery: 300 });
    const stop = new AbortController();
    const attempts: (string | undefined)[] = [];
    const onCell = (_: string, failed: string | undefined) => attempts.push(failed);
    const working = work({ url: server.redis.url, threads: 1, timeLimit, signal: stop.signal, onCell });
    const [result] = await Promise.all([runner.run(cell).catch((error: Error) => error.message), meanwhile()]);
    stop.abort();
    await Promise.all([working, runner.close()]);
    return { result, attempts };
  }

  it("that is killed as it starts fails its cell, which then runs again", async () => {
    const { result, attempts } = await measuredWhile(async () => process.kill(await startedProcess(), "SIGKILL"));
    expect(attempts).toEqual(["the process of the cell ended: SIGKILL", undefined]);
    expect(result).toEqual(measureCellAtOnce(cell));
  });

  it("that is killed each time fails its cell with the reason after three attempts", async () => {
    const { result, attempts } = await measuredWhile(async () => {
      for (let times = 0, last: number | undefined; times < 3; times++) {
        last = await startedProcess(last);
        process.kill(last, "SIGKILL");
      }
    });
    expect(attempts).toEqual(new Array(3).fill("the process of the cell ended: SIGKILL"));
    expect(result).toBe("the process of the cell ended: SIGKILL");
  });

  it("that stands still fails its cell after the time limit, once", async () => {
    const { result, attempts } = await measuredWhile(async () => process.kill(await startedProcess(), "SIGSTOP"), 3);
    expect(attempts).toEqual(["took longer than its limit of 3 s"]);
    expect(result).toBe("took longer than its limit of 3 s");
  });
});

describe("a process for cells", () => {
  const data = { results: RESULTS_VERSION, cell };

  it("measures one cell after the other, and is replaced if it was killed between two", async () => {
    const processes = cellProcesses(60);
    const first = await processes.run(data);
    const [pid] = processesForCells();
    expect(await processes.run(data)).toBe(first);
    expect(processesForCells()).toEqual([pid]);
    process.kill(pid as number, "SIGKILL");
    // where the kill is not heard of yet, the cell is given to the process that has ended
    await processes.run(data).catch(({ message }: Error) => expect(message).toMatch(/SIGKILL/));
    expect(await processes.run(data)).toBe(first);
    processes.close();
    while (processesForCells().length > 0) await soon(10);
  });
});
