/** Models with an embedding, masks and notes, by the commands that take them; text in UTF-16. */
import { afterAll, describe, expect, it } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { filePath } from "../models/golden.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(() => files.remove());

async function json(...args: readonly string[]) {
  const { code, stdout, stderr } = await evanesce([...args, "--json"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const [T, B, V] = [8, 3, 11];
/** Tokens from 1 on, 0 behind each sample's length. */
const tokens = (lengths: readonly number[], batchFirst = false) => {
  const data = new Int32Array(T * B);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      const token = t < lengths[b] ? 1 + ((7 * (t * B + b)) % (V - 1)) : 0;
      data[batchFirst ? b * T + t : t * B + b] = token;
    }
  }
  return writeNpy({ shape: batchFirst ? [B, T] : [T, B], data });
};
const classes = files.write("y.npy", writeNpy({ shape: [B], data: Int32Array.of(0, 1, 1) }));

describe("tokens of --input", () => {
  const model = filePath("classifier.pt");
  const full = files.write("full.npy", tokens([T, T, T]));

  it("are read for a model with an embedding, in either order of the axes", async () => {
    const flow = await json("propagate", model, "--input", full, "--target", classes);
    expect(flow.lnGradientNorm).toHaveLength(T);
    const turned = files.write("turned.npy", tokens([T, T, T], true));
    const other = await json("propagate", model, "--input", turned, "--target", classes, "--batch-first");
    expect(other.lnGradientNorm).toEqual(flow.lnGradientNorm);
  });

  it("are below the model's V", async () => {
    const wrong = files.write("wrong.npy", writeNpy({ shape: [1, 2], data: Int32Array.of(3, 11) }));
    const { code, stderr } = await evanesce(["propagate", model, "--input", wrong]);
    expect(code).toBe(2);
    expect(stderr).toContain("wrong.npy[0, 1]: a token from 0 to 10");
  });

  it("that a model masks are left out, and lengths say the same", async () => {
    const masked = filePath("keras_masked_text.keras");
    const padded = files.write("padded.npy", tokens([8, 5, 2]));
    const flow = await json("propagate", masked, "--input", padded, "--target", classes);
    const lengths = files.write("lengths.txt", "8\n5\n2\n");
    const said = ["--sequence-lengths", lengths];
    const same = await json("propagate", masked, "--input", padded, "--target", classes, ...said);
    expect(flow.lnGradientNorm).toEqual(same.lnGradientNorm);
    const unmasked = await json("propagate", filePath("keras_text.h5"), "--input", padded, "--target", classes);
    expect(unmasked.notes.join(" ")).not.toContain("padding");
    expect(flow.notes.join(" ")).toContain("padding");
  });
});

describe("the notes of a model", () => {
  const model = filePath("classifier.pt");

  it("stand in a comparison beside the file's name", async () => {
    const results = await Promise.all(
      ["classifier.pt", "head.pt"].map(async (name) =>
        files.json(`${name}.json`, await json("propagate", filePath(name), "--steps", "6")),
      ),
    );
    const comparison = await json("compare", ...results);
    expect(comparison.entries[0].name).toContain("classifier.pt");
    expect(comparison.entries[0].notes.join(" ")).toContain("takes tokens");
    expect(comparison.entries[1].notes.join(" ")).toContain("relu is assumed");
  });

  it("stand in a training that goes on from its checkpoint", async () => {
    const kept = files.path("run");
    const first = await json("train", model, "--steps", "6", "--updates", "2", "--checkpoint", kept);
    const resumed = await json("train", "--resume", `${kept}.json`, "--updates", "3");
    for (const trace of [first, resumed]) {
      expect(trace.weights).toBe(model);
      expect(trace.notes.join(" ")).toContain("takes tokens");
    }
  });
});

it("a text in UTF-16 is read as the same text in UTF-8, and said so", async () => {
  const text = "the quick brown fox jumps over the lazy dog. ".repeat(20);
  const plain = files.write("plain.txt", text);
  const wide = files.write("wide.txt", new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le")));
  const [a, b] = await Promise.all([plain, wide].map((file) => json("rnn", "--text", file, "--steps", "5")));
  expect(b.loss).toBe(a.loss);
  expect(b.notes.join(" ")).toContain("UTF-16");
});
