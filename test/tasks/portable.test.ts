import { expect, it } from "vitest";
import { portableTask, prepareTask } from "../../src/tasks/index.ts";

const csv = `a,b,y\n${Array.from({ length: 50 }, (_, n) => `${n % 7},${n % 11},${n % 2}`).join("\n")}\n`;
const bytes = new TextEncoder().encode(csv);

it("a file in pieces reaches another thread as its bytes, with the same batch", () => {
  const pieces = {
    size: bytes.length,
    *[Symbol.iterator]() {
      for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
    },
  };
  const task = { name: "csv", bytes: pieces, file: "a.csv", missing: undefined };
  const sent = structuredClone(portableTask(task)!);
  expect(sent).toEqual({ name: "csv", bytes, file: "a.csv", missing: undefined });
  const context = { batch: 8, seed: 3 };
  expect(prepareTask(sent, "feedforward")(context)).toEqual(prepareTask(task, "feedforward")(context));
});

it("other tasks stay as they are; one with functions cannot be sent", () => {
  expect(portableTask("adding")).toBe("adding");
  const arrays = { name: "arrays", inputs: { shape: [2, 1], data: Float32Array.of(1, 2) } };
  expect(portableTask(arrays)).toEqual(arrays);
  expect(portableTask({ name: "csv", table: { columns: ["a"], rows: () => [] } })).toBeUndefined();
});

it("a file of more than 256 MiB is not copied", () => {
  const piece = new Uint8Array(2 ** 27);
  const pieces = {
    *[Symbol.iterator]() {
      for (let i = 0; i < 3; i++) yield piece;
    },
  };
  expect(portableTask({ name: "csv", bytes: pieces })).toBeUndefined();
});
