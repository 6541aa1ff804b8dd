import { describe, expect, it } from "vitest";
import { startRun } from "../../src/base/cooperative-work.ts";

function* count(to: number): Generator<number | undefined, string> {
  for (let i = 1; i <= to; i++) {
    yield i;
    yield undefined;
  }
  return `${to} done`;
}

describe("a run", () => {
  it("gives its events in order, then its result", async () => {
    const run = startRun(count(3));
    const events: number[] = [];
    for await (const event of run) events.push(event);
    expect(events).toEqual([1, 2, 3]);
    expect(await run.result).toBe("3 done");
  });

  it("needs no reader of its events", async () => {
    expect(await startRun(count(5)).result).toBe("5 done");
  });

  it("fails where its work fails, for both readers", async () => {
    const failing = (function* (): Generator<number, string> {
      yield 1;
      throw new RangeError("broken");
    })();
    const run = startRun(failing);
    await expect(
      (async () => {
        for await (const _ of run);
      })(),
    ).rejects.toThrow("broken");
    await expect(run.result).rejects.toThrow("broken");
  });

  it("ends its work where a reader leaves early", async () => {
    let closed = false;
    const work = (function* (): Generator<number, string> {
      try {
        for (;;) yield 1;
      } finally {
        closed = true;
      }
    })();
    const run = startRun(work);
    for await (const _ of run) break;
    expect(closed).toBe(true);
    await expect(run.result).rejects.toThrow("left before its end");
  });

  it("lets the host's event loop turn", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const busy = (function* (): Generator<undefined, void> {
      const end = performance.now() + 20_000; // without a turn it would not end before
      while (turns < 3 && performance.now() < end) yield undefined;
    })();
    await startRun(busy).result;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});
