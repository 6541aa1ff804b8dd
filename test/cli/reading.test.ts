import { expect, it } from "vitest";
import { whileReading } from "../../src/cli/reading.ts";

/** Work on a file of 50 MB that is read twice: a hundredth between two pauses. */
function* reading(file: { read: number; readonly size: number }, milliseconds: number): Generator<void, string> {
  for (let piece = 0; piece < 100; piece++) {
    const until = performance.now() + milliseconds / 100;
    while (performance.now() < until);
    file.read += (2 * file.size) / 100;
    yield;
  }
  return "the table";
}

function inTerminal() {
  let text = "";
  const stderr = {
    isTTY: true,
    columns: 80,
    write: async (more: string) => {
      text += more;
    },
  };
  const abort = new AbortController();
  const context = { stdout: stderr, stderr, env: {}, signal: abort.signal };
  return { context, abort, printed: () => text };
}

const largeFile = () => ({ size: 50e6, read: 0, *[Symbol.iterator]() {} });

it("a large file shows how much of it is read, and clears the line", async () => {
  const file = largeFile();
  const { context, printed } = inTerminal();
  const result = await whileReading(reading(file, 900), { name: "csv", bytes: file }, undefined, context);
  expect(result).toBe("the table");
  expect(printed()).toMatch(/\d\d % {2}\d+(\.\d+)? MB\/s {2}\d+ s left {2}reading/);
  expect(printed().endsWith("\r\u001b[2K")).toBe(true);
});

it("Ctrl-C is answered between two pieces", async () => {
  const file = largeFile();
  const { context, abort } = inTerminal();
  const work = whileReading(reading(file, 10_000), { name: "csv", bytes: file }, true, context);
  setTimeout(() => abort.abort(new Error("stopped")), 50);
  await expect(work).rejects.toThrow("stopped");
  expect(file.read).toBeLessThan(file.size / 5);
});
