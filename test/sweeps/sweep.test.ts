/** The cells of a sweep do not depend on each other. */
import { expect, it } from "vitest";
import { sweep } from "../../src/sweeps/sweep.ts";

const BASE = { kind: "feedforward", width: 16, depth: 10, activation: "relu" } as const;
const options = {
  networks: { plain: BASE },
  vary: { depth: [4, 12], "init.weight": ["pytorch", "he_normal"] },
  seeds: 2,
} as const;

it("runs every combination for every seed, in order", async () => {
  const run = sweep(options);
  const ids: string[] = [];
  for await (const { cell } of run) ids.push(cell.id);
  const { schema, outcome, cells } = await run.result;
  expect([schema, outcome, cells.length]).toEqual(["evanesce.sweep/1", "complete", 8]);
  expect(ids).toEqual(cells.map(({ id }) => id));
  expect(ids[0]).toBe("plain, depth 4, init.weight pytorch | gaussian | no training | 0");
  expect(cells[7].network).toMatchObject({ depth: 12, init: { weight: "he_normal" } });
});

it("measures what is there: PyTorch's start vanishes with depth, He's does not", async () => {
  const { cells } = await sweep(options).result;
  for (const { network, start } of cells) {
    const he = network.kind === "feedforward" && network.init.weight === "he_normal";
    expect(Math.abs(start.decay!.perStation) < 0.3).toBe(he);
  }
});

it("gives a cell the same numbers whatever stands beside it, and other ones for another root", async () => {
  const alone = await sweep({ ...options, vary: { depth: [12], "init.weight": ["he_normal"] } }).result;
  const among = await sweep(options).result;
  expect(alone.cells[1]).toEqual(among.cells[7]);
  const other = await sweep({ ...options, seed: 1 }).result;
  expect(other.cells[7].start).not.toEqual(among.cells[7].start);
});

it("trains where it is given plans, and stopped keeps the cells it finished", async () => {
  const stop = new AbortController();
  const run = sweep({
    networks: { plain: { ...BASE, depth: 3 } },
    tasks: { parity: { name: "parity", bits: 3 } },
    plans: { sgd: { steps: 200, optimizer: { name: "sgd", learningRate: 0.1 } } },
    seeds: 3,
    signal: stop.signal,
    // at once as the cell ends: a reader of the run's events may be cells behind
    onCell: ({ replicate }) => replicate === 1 && stop.abort(),
  });
  const { outcome, cells } = await run.result;
  expect([outcome, cells.length]).toEqual(["stopped", 2]);
  expect(cells[0].trained).toMatchObject({ outcome: "finite" });
  expect(cells[0].trained!.curve).toHaveLength(200);
});

it("refuses a network that breaks a rule before anything runs", () => {
  expect(() => sweep({ networks: { bad: { ...BASE, depth: 0 } } })).toThrow("sweep.networks.bad.depth");
  expect(() => sweep({ ...options, seeds: 0 })).toThrow("sweep.seeds: a whole number ≥ 1");
});
