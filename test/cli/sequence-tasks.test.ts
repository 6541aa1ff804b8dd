/** Tasks on sequences of different lengths, from the command line. */
import { describe, expect, test } from "vitest";
import { evanesce, measured, workspace } from "./command.ts";

const files = workspace();
const LINES = Array.from({ length: 30 }, (_, i) => `${i % 2 ? "good" : "bad"}\tword${i % 7} ${"more ".repeat(i % 4)}`);
const text = files.write("lines.tsv", LINES.join("\n"));
const capitals = files.write("capitals.txt", "Some words.\nAnd More of them, in longer Lines\n".repeat(20));
const table = files.write(
  "visits.csv",
  `id,x,out\n${Array.from({ length: 60 }, (_, i) => `${i % 25},${(i * i) % 13},${(i % 25) % 2 ? "ill" : "well"}`).join("\n")}`,
);
const SMALL = ["--hidden", "4", "--batch", "4", "--json"];

describe("recurrent tasks whose lengths the data say", () => {
  test.each([
    ["lines", ["--text", text, "--task", "lines:by=words"]],
    ["tagging", ["--text", capitals, "--task", "tagging:labels=case,steps=12"]],
    ["sequences", ["--csv", table, "--task", "sequences:group=id,target=out"]],
  ])("%s, with the padding said", async (name, options) => {
    const { stdout, stderr } = await evanesce(["rnn", ...options, ...SMALL]);
    expect(stderr).toBe("");
    const flow = measured(stdout);
    expect(flow.task.name).toBe(name);
    expect(flow.padding.shortest).toBeLessThanOrEqual(flow.padding.longest);
    expect(flow.task.baseline).toBeGreaterThan(0);
  });

  test("an embedding reads the tokens, and training goes through the lines", async () => {
    const options = ["--cell", "gru", "--embedding", "4", "--hidden", "4", "--batch", "4", "--updates", "3"];
    const { stdout, code } = await evanesce(["train", "--text", text, "--task", "lines", ...options, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).task).toMatchObject({ name: "lines", batch: 4, loss: "cross_entropy" });
  });

  test("forecast, and what is missing is said", async () => {
    const rows = files.write("series.csv", `v\n${Array.from({ length: 40 }, (_, i) => Math.sin(i)).join("\n")}`);
    const { stdout } = await evanesce(["rnn", "--csv", rows, "--task", "forecast:ahead=3", "--steps", "6", ...SMALL]);
    expect(measured(stdout).task).toMatchObject({ name: "forecast", outputs: 3, steps: 6 });
    const { code, stderr } = await evanesce(["rnn", "--csv", table, "--task", "sequences"]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/group: the name of a column/)]);
    expect((await evanesce(["rnn", "--task", "lines"])).stderr).toMatch(/--task.*give it with --text FILE/);
  });
});
