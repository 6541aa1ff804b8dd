/** Tables on the command line: options settle what a file leaves open, and refusals name the option to add. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { named } from "../../src/cli/options/parsers.ts";
import { evanesce } from "./command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "evanesce-tables-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, contents: string | Uint8Array): string {
  writeFileSync(join(folder, name), contents);
  return join(folder, name);
}
async function json(argv: readonly string[]) {
  const { code, stdout, stderr } = await evanesce([...argv, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("--task NAME:option=value,…", () => {
  it.each([
    ["csv:drop=a,b,target=c", { drop: "a,b", target: "c" }],
    ['csv:drop="a,b",steps=1', { drop: '"a,b"', steps: 1 }],
    ["csv:decimal=,", { decimal: "," }],
    ["csv:decimal=,,target=y", { decimal: ",", target: "y" }],
    ['csv:target="x=y",na=-9', { target: '"x=y"', na: -9 }],
  ])("%s", (text, expected) => {
    expect(named(text, "--task")).toEqual({ name: "csv", ...expected });
  });

  it("refuses what has no equals sign", () => {
    expect(() => named("copy:5", "--task")).toThrow(/^--task: NAME:option=value/);
  });
});

describe("a table", () => {
  const rows = (line: (i: number) => string) => Array.from({ length: 60 }, (_, i) => line(i)).join("\n");
  const small = ["--depth", "2", "--width", "4", "--batch", "8"];

  it("is read with its columns chosen; what was assumed is in the notes", async () => {
    const path = file("a.csv", `id,a,"b,c",price\n${rows((i) => `${i},${i % 7}.5,${i % 3},${i * i}`)}\n`);
    const flow = await json(["mlp", ...small, "--csv", path]);
    expect(flow.task).toMatchObject({ name: "csv_regression", inputs: 2, outputs: 1, loss: "mse" });
    expect(flow.notes).toContainEqual(expect.stringMatching(/^`id` numbers the rows/));
    const chosen = await json(["mlp", ...small, "--csv", path, "--task", 'csv:drop="b,c",target=price']);
    expect(chosen.task.inputs).toBe(1);
  });

  it("of Parquet is read like any other", async () => {
    const columnData = [
      { name: "a", data: Array.from({ length: 60 }, (_, i) => i / 3) },
      { name: "kind", data: Array.from({ length: 60 }, (_, i) => ["x", "y", "z"][i % 3]) },
    ];
    const path = file("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData })));
    expect((await json(["mlp", ...small, "--csv", path])).task).toMatchObject({ inputs: 1, outputs: 3 });
  });

  it("as a series answers a column some rows ahead", async () => {
    const path = file(
      "s.csv",
      `day,load\n${rows((i) => `2020-${String(1 + Math.floor(i / 28)).padStart(2, "0")}-${String(1 + (i % 28)).padStart(2, "0")},${i % 5}.25`)}\n`,
    );
    const flow = await json([
      "rnn",
      "--hidden",
      "4",
      "--steps",
      "6",
      "--batch",
      "3",
      "--csv",
      path,
      "--task",
      "csv:target=load,horizon=2",
    ]);
    expect(flow.task).toMatchObject({ name: "csv", steps: 6, inputs: 2, outputs: 1, lossAt: "last" });
  });

  it.each([
    ["missing cells", `a,y\n${rows((i) => `${i % 4 === 0 ? "" : i},${i % 2}`)}\n`, /; use --task csv:missing=fill \(/],
    ["a date in two ways", `d,y\n${rows(() => "03/04/2020,1")}\n`, /; choose --task csv:date-format=dmy or/],
    ["a number in two ways", `a;y\n${rows((i) => `1,${100 + i};1`)}\n`, /; choose --task csv:decimal=\. if/],
    [
      "a word among numbers",
      `a,y\n${rows((i) => `${i === 9 ? "x" : i},1`)}\n`,
      /a finite number, got "x"; .*--task csv:na=x/,
    ],
  ])("with %s is refused with the option to add", async (_, text, message) => {
    const { code, stderr } = await evanesce(["mlp", ...small, "--csv", file("b.csv", text)]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("arrays", () => {
  const npy = (name: string, shape: number[], f: (i: number) => number) =>
    file(
      name,
      writeNpy({ shape, data: Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => f(i)) }),
    );

  it("train a network in mini-batches, with held-out samples", async () => {
    const input = npy("x.npy", [60, 5, 2], Math.sin);
    const target = npy("y.npy", [60], Math.cos);
    const net = ["--cell", "gru", "--hidden", "4", "--batch", "8", "--updates", "6", "--evaluate-every", "3"];
    const trace = await json(["train", ...net, "--input", input, "--target", target, "--batch-first"]);
    expect(trace.task).toMatchObject({ name: "arrays", batch: 8, steps: 5, loss: "mse" });
    expect(trace.evaluations.map(({ set }: { set: string }) => set)).toContain("test");
  });

  it("beside a task's options are refused", async () => {
    const { code, stderr } = await evanesce(["train", "--input", npy("x.npy", [6, 2], Math.sin), "--steps", "5"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--steps: not together with --input/)]);
  });
});
