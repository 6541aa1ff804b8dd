/** `evanesce.record/1` as docs/record-format.md defines it. */
import { describe, expect, it } from "vitest";
import { eventsOf, recordText } from "./helpers.ts";

const TEXT = recordText(
  [
    "fc1.weight",
    { name: "fc1.bias", shape: [3], frozen: true },
    { name: "lm.weight", tied: ["emb.weight"], layer: "lm" },
  ],
  [
    { loss: 2.5, norm: [0.5, null, "NaN"] },
    { loss: "Infinity", norm: [0, null, "-Infinity"], rate: 0.1, clip: 0.5 },
  ],
  { order: "forward", model: "Net", baseline: 2.3, optimizer: { name: "Adam" } },
);

describe("a record", () => {
  it.each([1, 2, 3, 17, 4096])("reads the same in pieces of %d bytes", async (size) => {
    const [header, first, second, ...rest] = await eventsOf(TEXT, size);
    expect(rest).toEqual([]);
    expect(header).toMatchObject({
      kind: "header",
      header: {
        order: "forward",
        axis: "layer",
        model: "Net",
        baseline: 2.3,
        optimizer: "Adam",
        tensors: [
          { name: "fc1.weight", layer: "fc1" },
          { name: "fc1.bias", layer: "fc1", shape: [3], frozen: true },
          { name: "lm.weight", layer: "lm", tied: ["emb.weight"] },
        ],
      },
    });
    expect(first).toMatchObject({ kind: "update", update: { update: 0, loss: 2.5, norm: [0.5, null, "NaN"] } });
    expect(second).toMatchObject({ update: { loss: Number.POSITIVE_INFINITY, rate: [0.1], clip: 0.5 } });
  });

  it("loses one update to a half-written last line, wherever it ends", async () => {
    const end = TEXT.lastIndexOf("\n", TEXT.length - 2) + 1;
    for (let cut = end; cut < TEXT.length - 1; cut++) {
      const events = await eventsOf(TEXT.slice(0, cut), 64);
      expect(events.filter(({ kind }) => kind === "update").length, `cut at ${cut}`).toBe(1);
      expect(events.some(({ kind }) => kind === "torn")).toBe(false);
    }
    // complete except for its line feed
    expect((await eventsOf(TEXT.slice(0, -1), 64)).length).toBe(3);
  });

  it("reports a torn line in the middle and goes on", async () => {
    const lines = TEXT.split("\n");
    const torn = [lines[0], lines[1].slice(0, 20), lines[2], ""].join("\n");
    expect((await eventsOf(torn)).map(({ kind }) => kind)).toEqual(["header", "torn", "update"]);
  });

  it("reads names in any script, cut anywhere", async () => {
    const [header] = await eventsOf(recordText(["слой.вес", "層.重み", "🙂"], [{ norm: [1, 2, 3] }]), 1);
    expect(header).toMatchObject({ header: { tensors: [{ name: "слой.вес" }, { name: "層.重み" }, { name: "🙂" }] } });
  });

  it.each([
    ["no header", '{"update":0,"norm":[1]}\n', "line 1: a header before the first update"],
    ["another version", '{"schema":"evanesce.record/9","tensors":["a"]}\n', "line 1: schema: evanesce.record/1"],
    ["no tensors", '{"schema":"evanesce.record/1","tensors":[]}\n', "tensors: a list of at least one name"],
    ["a name twice", recordText(["a", "a"], []), "tensors.1: a name of its own"],
    ["a short column", recordText(["a", "b"], [{ norm: [1] }]), "line 2: norm: 2 entries, one for each tensor"],
    ["no number of the update", `${recordText(["a"], [])}{"update":-1}\n`, "update: a whole number ≥ 0"],
    ["a list", `${recordText(["a"], [])}[1]\n`, "line 2: a JSON object"],
    ["an empty file", "", "an empty file"],
    ["bytes", "\u0001\u0002\u0003\u0004", "a record: JSON lines"],
  ])("refuses %s, saying where", async (_, text, message) => {
    await expect(eventsOf(text)).rejects.toThrow(message);
  });
});
