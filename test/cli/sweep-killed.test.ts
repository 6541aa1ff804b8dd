/** kill -9 of a sweep at any moment loses at most the cell under way; after Ctrl-C the cells under way are kept. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { builtMain, evanesce, measured, spawned, workspace } from "./command.ts";

/** Forty cells that take some milliseconds each. */
const MAP = {
  base: {
    network: { kind: "feedforward", width: 16, depth: 3 },
    plan: { steps: 100, batch: 16, optimizer: { name: "sgd", learningRate: 0.01 } },
  },
  axes: [{ key: "init.gain", from: 0.5, to: 2, count: 40 }],
};

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const files = workspace();

it("a killed sweep goes on behind every cell that had ended, and gives what one gives that was left alone", async () => {
  const main = builtMain();
  const [map, journal] = [files.path("map.json"), files.path("killed.jsonl")];
  writeFileSync(map, JSON.stringify(MAP));
  const cells = () =>
    existsSync(journal)
      ? readFileSync(journal, "utf8")
          .split("\n")
          .filter((line) => line.startsWith('{"hash"') && line.endsWith("}"))
      : [];
  const sweep = (journal: string) => ["sweep", map, "--threads", "1", "--json", "--journal", journal];
  for (const most of [1, 25]) {
    const before = cells();
    const { signal } = await spawned(process.execPath, [main, ...sweep(journal)], {
      meanwhile: (kill) => {
        const timer = setInterval(() => {
          if (cells().length < most) return;
          clearInterval(timer);
          kill("SIGKILL");
        }, 2);
      },
    });
    expect(signal).toBe("SIGKILL");
    expect(cells().slice(0, before.length)).toEqual(before);
    expect(cells().length).toBeGreaterThanOrEqual(most);
  }
  const last = await evanesce(sweep(journal));
  expect(last.code, last.stderr).toBe(0);
  // a line for each cell: none is lost, and none that was kept was computed again
  const ids = cells().map((line) => JSON.parse(line).id);
  expect(ids.sort()).toEqual(
    cellsOf(parseMap(MAP))
      .map(({ id }) => id)
      .sort(),
  );
  const alone = await evanesce(sweep(files.path("alone.jsonl")));
  expect(measured(last.stdout)).toEqual(measured(alone.stdout));
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)(
  "after %s the cells under way are kept, the map so far is printed, and the exit code is %i",
  async (signal, exit) => {
    const [map, journal] = [files.json(`${signal}.json`, MAP), files.path(`${signal}.jsonl`)];
    const lines = () => (existsSync(journal) ? readFileSync(journal, "utf8").split("\n") : []);
    const args = ["sweep", map, "--threads", "2", "--journal", journal];
    const { code, stdout, stderr } = await spawned(process.execPath, ["--import", "tsx", MAIN, ...args], {
      meanwhile: (kill) => {
        const timer = setInterval(() => {
          if (lines().length < 5) return;
          clearInterval(timer);
          kill(signal);
        }, 2);
      },
    });
    expect({ code, stderr }).toEqual({ code: exit, stderr: "interrupted\n" });
    expect(stdout).toContain("over init.gain");
    const [, ...kept] = lines().slice(0, -1);
    expect(kept.length).toBeLessThan(MAP.axes[0]?.count as number);
    for (const line of kept) expect(JSON.parse(line).result).toBeDefined();
    const status = await evanesce(["sweep", map, "--journal", journal, "--status"]);
    expect(status.stdout).toContain(`${kept.length} of 40 cells have a result, 0 failed`);
  },
);
