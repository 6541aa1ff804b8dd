import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { evanesce, measured } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "lengths-"));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const rnn = (path: string, ...more: string[]) =>
  evanesce(["rnn", "--steps", "12", "--batch", "4", "--hidden", "8", "--sequence-lengths", path, ...more]);

describe("--sequence-lengths", () => {
  test("text, with a heading or without, and .npy give the same flow, and say the padding", async () => {
    const lengths = [12, 3, 7, 2];
    const text = await rnn(file("a.txt", `${lengths.join("\n")}\n`), "--json");
    const headed = await rnn(file("b.csv", `length\n${lengths.join("\n")}`), "--json");
    const array = await rnn(file("c.npy", writeNpy({ shape: [4], data: Int32Array.from(lengths) })), "--json");
    const flow = measured(text.stdout);
    expect(flow.padding).toMatchObject({ share: 0.5, shortest: 2, longest: 12 });
    expect(flow.padding.samples).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4]);
    expect(flow.padding.unmasked.steps).toBe(12);
    for (const other of [headed, array]) expect(measured(other.stdout)).toEqual(flow);
    const report = await rnn(join(folder, "a.txt"));
    expect(report.stdout.replace(/\s+/g, " ")).toContain("50 % of the steps are padding and were not run");
  });

  test(".npz: one array of an archive, by its name; an archive of inputs that holds `lengths` needs no option", async () => {
    const numbers = (shape: number[], data: Float32Array | Int32Array) => writeNpy({ shape, data });
    const lengths = numbers([4], Int32Array.from([12, 3, 7, 2]));
    const x = numbers(
      [12, 4, 2],
      Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
    );
    const archive = file("f.npz", zipSync({ "x.npy": x, "lengths.npy": lengths }));
    const text = measured((await rnn(file("g.txt", "12\n3\n7\n2\n"), "--json")).stdout);
    expect(measured((await rnn(`${archive}:lengths`, "--json")).stdout)).toEqual(text);
    const spec = file("f.json", JSON.stringify({ kind: "recurrent", inputs: 2, hidden: 4 }));
    const { stdout } = await evanesce(["propagate", spec, "--input", `${archive}:x`, "--json"]);
    expect(measured(stdout).padding).toMatchObject({ share: 0.5, shortest: 2, longest: 12 });
    expect((await rnn(archive)).stderr).toMatch(
      /f\.npz: one array, or the name of the array to read, got "2 arrays"; /,
    );
  });

  test.each([
    ["12\n3\n7\n", /one for each of 4 samples, got 3/],
    ["12\n3\nx\n2\n", /d\.txt, line 3: a whole number, got "x"/],
    ["12\n3\n13\n2\n", /d\.txt\[2\]: a whole number from 1 to 12, the steps, got 13/],
  ])("%j is refused", async (content, message) => {
    const { code, stderr } = await rnn(file("d.txt", content));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("--from-start adds the other count, and the report says which is which", async () => {
    const path = file("e.txt", "12\n3\n7\n2\n");
    const { fromStart } = measured((await rnn(path, "--from-start", "--json")).stdout);
    expect(fromStart.samples).toEqual([4, 4, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
    expect(fromStart.lnGradientNorm).toHaveLength(12);
    const report = (await rnn(path, "--from-start")).stdout.replace(/\s+/g, " ");
    expect(report).toContain("From start counted from the first step of each sequence instead of back from its end");
    expect(report).toContain("stations are counted back from the end of each sequence");
  });

  test("propagate measures all of it on a task and on tokens of one's own, as rnn does", async () => {
    const lengths = file("g.txt", "12\n3\n7\n2\n");
    const more = ["--sequence-lengths", lengths, "--from-start", "--truncate", "2,5", "--json"];
    const plain = file("plain.json", JSON.stringify({ kind: "recurrent", hidden: 8 }));
    const task = ["--task", "adding:steps=12", "--batch", "4"];
    const flow = measured((await evanesce(["propagate", plain, ...task, ...more])).stdout);
    expect(flow.truncated).toMatchObject({ k1: 2, k2: 5 });
    const { truncated, fromStart } = measured((await rnn(lengths, ...more.slice(2))).stdout);
    expect([flow.truncated, flow.fromStart]).toEqual([truncated, fromStart]);
    const spec = { kind: "recurrent", cell: "gru", inputs: 5, hidden: 4, outputs: 5, embedding: { size: 3 } };
    const tokens = file("t.npy", writeNpy({ shape: [12, 4], data: Int32Array.from({ length: 48 }, (_, i) => i % 5) }));
    const arrays = ["--input", tokens, "--target", tokens];
    const own = await evanesce(["propagate", file("own.json", JSON.stringify(spec)), ...arrays, ...more, "--credit"]);
    const { fromStart: start, credit, truncated: cut } = measured(own.stdout);
    expect(start.samples).toEqual([4, 4, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1]);
    expect(credit.losses.length).toBeGreaterThan(1);
    expect(cut.parameters.map(({ name }: { name: string }) => name)).toContain("embedding.weight");
    const deep = file("deep.json", JSON.stringify({ kind: "feedforward", depth: 2, width: 3 }));
    const refused = await evanesce(["propagate", deep, "--truncate", "3"]);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("--truncate: a recurrent network");
  });
});
