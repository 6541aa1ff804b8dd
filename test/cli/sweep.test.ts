/** `evanesce sweep` computes a map, keeps it, draws it, and continues from a journal. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createSweepProgress } from "../../src/cli/sweep/progress.ts";
import { createNetwork, readModel } from "../../src/index.ts";
import { prepareTask } from "../../src/tasks/index.ts";
import { evanesce, measured, workspace } from "./command.ts";

const MAP = {
  base: { network: { kind: "feedforward", width: 6, depth: 2 }, batch: 4 },
  axes: [
    { key: "depth", values: [2, 3] },
    { key: "init.gain", values: [1, 2] },
  ],
};

describe("a map", () => {
  const files = workspace();
  const map = () => files.path("map.json");
  const journal = () => files.path("map.journal.jsonl");
  beforeAll(() => writeFileSync(map(), JSON.stringify(MAP)));

  it("is filled on every core; a second run computes nothing and prints the same", async () => {
    const first = await evanesce(["sweep", map(), "--json", "--threads", "2", "--csv", files.path("t.csv")]);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      schema: "evanesce.map/1",
      cells: 4,
      failed: 0,
      x: { key: "depth" },
    });
    const kept = readFileSync(journal(), "utf8");
    const again = await evanesce(["sweep", map(), "--json", "--threads", "1", "--csv", files.path("u.csv")]);
    expect(measured(again.stdout)).toEqual(measured(first.stdout));
    expect(readFileSync(journal(), "utf8")).toBe(kept);
    expect(readFileSync(files.path("u.csv"), "utf8")).toBe(readFileSync(files.path("t.csv"), "utf8"));
  });

  it("says what it will take, how far it is, and what one cell looks like", async () => {
    const dry = await evanesce(["sweep", map(), "--dry-run"]);
    expect(dry.stdout).toMatch(/4 cells, 1 for each place[\s\S]*about \d+ s on/);
    const status = await evanesce(["sweep", map(), "--status"]);
    expect(status.stdout).toContain("4 of 4 cells have a result, 0 failed");
    const cell = await evanesce(["sweep", map(), "--cell", "depth 3, init.gain 2 | 0", "--json"]);
    expect(JSON.parse(cell.stdout)).toMatchObject({ schema: "evanesce.flow/1", spec: { depth: 3, init: { gain: 2 } } });
  });

  it("in shards, merged, gives the same map", async () => {
    const whole = await evanesce(["sweep", map(), "--json"]);
    const parts = ["1/2", "2/2"].map((shard, i) =>
      evanesce(["sweep", map(), "--shard", shard, "-q", "--journal", files.path(`s${i}`)]),
    );
    expect((await Promise.all(parts)).map(({ code }) => code)).toEqual([0, 0]);
    const merged = await evanesce([
      "sweep",
      map(),
      "--json",
      "--journal",
      files.path("all"),
      "--merge",
      files.path("s0"),
      files.path("s1"),
    ]);
    expect(measured(merged.stdout)).toEqual(measured(whole.stdout));
  });

  it.each([
    [["sweep"], "sweep: either MAP.json or --preset NAME"],
    [["sweep", "--preset", "poole"], "--preset: one of schoenholz-2017"],
    [["sweep", "--preset", "poole-2016", "--shard", "3/2"], "--shard: i/n with 1 ≤ i ≤ n"],
    [["sweep", "--preset", "poole-2016", "--plot", "z=1"], "--plot: KEY=VALUE"],
    [["sweep", "--preset", "poole-2016", "--cell", "x"], "--cell: the id of a cell"],
    [["work"], "--queue: the address of a Redis server"],
    [["work", "--queue", "http://a:b@c"], '--queue: an address redis://HOST:PORT, got "http://c"'],
  ])("%j is refused in one line", async (argv, message) => {
    const { code, stderr } = await evanesce(argv);
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(message);
  });
});

it("a cell that fails is told, the others are kept, and the exit code is 3", async () => {
  const files = workspace();
  const axes = [{ key: "width", values: [4, 2_000_000] }];
  writeFileSync(files.path("map.json"), JSON.stringify({ ...MAP, axes }));
  const { code, stdout, stderr } = await evanesce(["sweep", files.path("map.json"), "--json"]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/1 cell failed, 1 of them: .*memory/);
  expect(JSON.parse(stdout)).toMatchObject({ cells: 2, failed: 1 });
});

it("--flows writes the whole flow of every cell, and the map's page links to it", async () => {
  const files = workspace();
  const map = files.json("map.json", MAP);
  const [folder, html] = [files.path("flows"), files.path("map.html")];
  const { code, stderr } = await evanesce([
    "sweep",
    map,
    "--no-keep",
    "--threads",
    "1",
    "--flows",
    folder,
    "--html",
    html,
  ]);
  expect(code, stderr).toBe(0);
  const names = readdirSync(folder);
  expect(names.filter((name) => name.endsWith(".json"))).toHaveLength(4);
  const page = /"page":"(flows\/[0-9a-f]{16}\.html)"/.exec(readFileSync(html, "utf8"))![1];
  expect(readFileSync(files.path(page), "utf8")).toContain("<!doctype html>");
  const { stdout } = await evanesce(["sweep", map, "--cell", "depth 2, init.gain 1 | 0", "--json"]);
  const flow = JSON.parse(readFileSync(files.path(page.replace("html", "json")), "utf8"));
  expect(flow.schema).toBe("evanesce.flow/1");
  expect(flow.lnGradientNorm).toEqual(JSON.parse(stdout).lnGradientNorm);
});

describe("the base", () => {
  const files = workspace();
  const model = fileURLToPath(new URL("../models/files/lstm_prefix.pt", import.meta.url));

  it("may be a model file: cells begin with its weights where no key draws others", async () => {
    const { spec, parameters } = await readModel(model); // hidden 5, 3 inputs, 2 outputs
    const map = files.json("weights.json", {
      base: { network: relative(files.folder, model), task: { name: "noise", inputs: 3, outputs: 2 }, batch: 4 },
      axes: [
        { key: "hidden", values: [5, 7] },
        { key: "task.steps", values: [5, 9] },
      ],
    });
    const csv = files.path("weights.csv");
    const { code, stderr } = await evanesce(["sweep", map, "--no-keep", "--threads", "2", "--csv", csv]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      "lstm_prefix.pt: 2 of 4 cells begin with its weights; the others draw weights of their own",
    );
    const [heads, first] = readFileSync(csv, "utf8")
      .split("\r\n")
      .map((line) => line.replace(/"[^"]*"/, "").split(","));
    const network = createNetwork(spec, { inputs: 3, outputs: 2 });
    for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);
    const seed = Number(first[heads.indexOf("seed")]);
    const batch = prepareTask({ name: "noise", steps: 5, inputs: 3, outputs: 2 }, "recurrent")({ batch: 4, seed });
    expect(Number(first[heads.indexOf("loss")])).toBe(network.propagate(batch).loss);
    network.dispose();
  });

  it("may be a model file: its structure alone where a key of its initialization is swept", async () => {
    const axes = [{ key: "init.forgetBias", values: [0, 2] }];
    const map = files.json("map.json", { base: { network: relative(files.folder, model), batch: 4 }, axes });
    const { code, stdout, stderr } = await evanesce(["sweep", map, "--no-keep", "--threads", "1"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("lstm_prefix.pt: every cell draws weights of its own");
    expect(stdout).toContain("gain over init.forgetBias");
    const cell = await evanesce(["sweep", map, "--cell", "init.forgetBias 2 | 0", "--json"]);
    expect(JSON.parse(cell.stdout).spec).toMatchObject({ kind: "recurrent", cell: "lstm", init: { forgetBias: 2 } });
  });

  it("that is no file is told so", async () => {
    const map = files.json("none.json", { base: { network: "none.pt" }, axes: [] });
    const { code, stderr } = await evanesce(["sweep", map]);
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain("none.pt");
  });
});

it("on a terminal the reasons of failures stand above the line of progress, the most frequent first", async () => {
  let written = "";
  const write = async (text: string) => {
    written = text;
  };
  const stderr = { isTTY: true, columns: 40, rows: 24, write };
  let time = 0;
  const options = { total: 9, quiet: false, drawing: () => ["map"], now: () => time };
  const progress = createSweepProgress({ stderr }, options);
  const ended = (failed: string | undefined) => {
    time += 1000;
    return progress.add(false, failed);
  };
  for (const failed of ["rare", "took\nlong", undefined, "took\nlong"]) await ended(failed);
  expect(written.split("\n").slice(-4)).toEqual([
    expect.stringContaining("map"),
    "2 failed: took long",
    "1 failed: rare",
    expect.stringMatching(/^4 of 9 cells/),
  ]);
  await ended("x".repeat(100));
  expect(written).toContain(`1 failed: ${"x".repeat(29)}\n`);
});

it("on a terminal the map fills above the line of progress, and is wiped at the end", async () => {
  const files = workspace();
  const map = files.json("map.json", MAP);
  const { stderr } = await evanesce(["sweep", map, "--no-keep", "--threads", "1"], { terminal: 80 });
  expect(stderr).toContain("gain over depth (across) and init.gain (up)");
  expect(stderr).toMatch(/│[^│]*·/); // places that wait
  expect(stderr).toMatch(/\d of 4 cells/);
  expect(stderr.endsWith("A\r\u001b[J")).toBe(true);
});
