/** Runs of claims: they can be chosen, seeded and stopped, and a claim gives the same result alone as among others. */
import { describe, expect, it } from "vitest";
import { CLAIMS, claims } from "../../src/experiments/index.ts";
import { evanesce } from "../cli/command.ts";

const QUICK = ["cause-depth", "small-derivatives-multiply"];

describe("claims", () => {
  it("reports each claim as it begins and is judged, then all of them", async () => {
    const run = claims({ only: QUICK });
    const events: string[] = [];
    for await (const event of run) events.push(event.event === "begin" ? event.id : event.claim.verdict);
    const { schema, outcome, claims: judged } = await run.result;
    expect([schema, outcome]).toEqual(["evanesce.claims/1", "complete"]);
    expect(events).toEqual(judged.flatMap(({ id, verdict }) => [id, verdict]));
    expect(judged.map(({ id }) => id)).toEqual(QUICK);
    expect(structuredClone(judged)).toEqual(judged);
  });

  it("gives the same numbers alone as among others, and others for another seed", async () => {
    const [both, alone, other] = await Promise.all([
      claims({ only: QUICK }).result,
      claims({ only: [QUICK[0]] }).result,
      claims({ only: [QUICK[0]], seed: 1 }).result,
    ]);
    expect(alone.claims[0]).toEqual(both.claims[0]);
    expect(other.claims[0].numbers).not.toEqual(both.claims[0].numbers);
  });

  it("gives the same on worker threads, the events in the same order", async () => {
    const events = async (threads: number) => {
      const heard: unknown[] = [];
      const run = claims({ only: QUICK, threads });
      for await (const event of run) heard.push(event);
      return { heard, report: await run.result };
    };
    expect(await events(2)).toEqual(await events(1));
  });

  it("stopped on worker threads leaves the claims under way and keeps what was judged", async () => {
    const stop = new AbortController();
    const run = claims({ only: [QUICK[0], "slow-or-stalled-learning"], threads: 2, signal: stop.signal });
    for await (const event of run) if (event.event === "judged") stop.abort();
    const { outcome, claims: judged } = await run.result;
    expect([outcome, judged.map(({ id }) => id)]).toEqual(["stopped", [QUICK[0]]]);
  });

  it("stopped keeps what was judged", async () => {
    const stop = new AbortController();
    const run = claims({ only: QUICK, signal: stop.signal });
    for await (const event of run) if (event.event === "judged") stop.abort();
    const { outcome, claims: judged } = await run.result;
    expect(outcome).toBe("stopped");
    expect(judged.map(({ id }) => id)).toEqual([QUICK[0]]);
  });

  it("refuses an unknown id and names the nearest claim, and refuses an invalid seed", async () => {
    await expect(claims({ only: ["cause-dept"] }).result).rejects.toThrow(
      'only: the id of a claim, got "cause-dept"; did you mean cause-depth?',
    );
    expect(() => claims({ seed: -1 })).toThrow("seed: a whole number");
  });
});

it("a claim that trains: no optimizer moves a weight behind an exact zero, some amplify 1e-12", async () => {
  const { claims: judged } = await claims({ only: ["nonexistent-gradients-cannot-be-amplified"] }).result;
  expect(judged[0].verdict).toBe("holds");
  expect(judged[0].numbers[0]).toMatchObject({ name: "largest movement, exact zero", value: 0, n: 65 });
});

describe("evanesce claims", () => {
  it("prints the claims, their criteria and numbers, and exits 0 whatever the verdicts", async () => {
    const { code, stdout } = await evanesce(["claims", "--only", "cause-depth", "--threads", "1"]);
    expect(code).toBe(0);
    expect(stdout).toContain("holds          cause-depth");
    expect(stdout).toMatch(/loss a layer +1\.4\d \[1\.4\d, 1\.4\d\] nats +n = 5/);
  });

  it("prints one object with --json", async () => {
    const { stdout } = await evanesce(["claims", "--only", "cause-depth", "--json", "--threads", "1"]);
    const { schema, claims: judged } = JSON.parse(stdout);
    expect(schema).toBe("evanesce.claims/1");
    expect(Object.keys(judged[0])).toEqual(
      expect.arrayContaining(["id", "sentence", "criterion", "verdict", "numbers", "figure", "experiment"]),
    );
  });

  it("lists them without running any", async () => {
    const { stdout } = await evanesce(["claims", "--list"]);
    expect(stdout).toContain("cause-depth");
    const criteria = stdout.replace(/\s+/g, " ");
    expect(criteria).toContain("every added layer costs at least a tenth of a nat (loss a layer > 0.1)");
    for (const { id } of CLAIMS) expect(stdout).toContain(`\n  ${id}\n`);
  });

  it("interrupted prints what was done and exits 130", async () => {
    const stop = new AbortController();
    stop.abort();
    const { code, stdout } = await evanesce(["claims", "--json"], { signal: stop.signal });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "stopped", claims: [] });
  });

  it("answers a mistyped id in a line", async () => {
    const { code, stderr } = await evanesce(["claims", "--only", "cause-dept"]);
    expect(code).toBe(2);
    expect(stderr).toContain("--only: the id of a claim");
  });
});
