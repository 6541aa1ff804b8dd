import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/cli/progress.ts";

/** A terminal or a pipe that keeps its input, and a clock that the test sets. */
function surroundings({ isTTY = true, quiet = false } = {}) {
  let time = 0;
  let written = "";
  const sink = {
    isTTY,
    columns: isTTY ? 80 : undefined,
    write: async (text: string) => {
      written += text;
    },
  };
  const progress = createProgress(sink, { total: 1000, noun: "steps", quiet }, () => time);
  return {
    at: async (milliseconds: number, share: number) => {
      time = milliseconds;
      written = "";
      await progress.update(share);
      return written;
    },
    clear: async () => {
      written = "";
      await progress.clear();
      return written;
    },
  };
}

describe("progress", () => {
  it("is silent for half a second, then says share, rate and time left", async () => {
    const { at } = surroundings();
    expect(await at(499, 0.1)).toBe("");
    expect(await at(1000, 0.25)).toBe("\r\u001b[2K 25 %  250 steps/s  3 s left");
    expect(await at(100_000, 0.5)).toBe("\r\u001b[2K 50 %  5.00 steps/s  100 s left");
    expect(await at(300_000, 0.5)).toBe("\r\u001b[2K 50 %  1.67 steps/s  5 min 0 s left");
  });

  it("rewrites its line ten times a second at most, and wipes it", async () => {
    const { at, clear } = surroundings();
    expect(await at(600, 0.1)).not.toBe("");
    expect(await at(699, 0.2)).toBe("");
    expect(await at(700, 0.2)).not.toBe("");
    expect(await clear()).toBe("\r\u001b[2K");
  });

  it("wipes nothing where it showed nothing", async () => {
    expect(await surroundings().clear()).toBe("");
  });

  it.each([{ isTTY: false }, { quiet: true }])("never speaks under %j", async (how) => {
    const { at, clear } = surroundings(how);
    expect(await at(5000, 0.5)).toBe("");
    expect(await clear()).toBe("");
  });
});
