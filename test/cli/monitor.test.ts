/** `evanesce monitor` judges a record while it grows or afterwards. It escapes the record's names for the terminal. */
import { appendFileSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { recordText } from "../records/helpers.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);

const names = Array.from({ length: 6 }, (_, l) => ({ name: `layers.${l}.weight`, shape: [8, 8] }));
const updates = (factor: number, count = 30) =>
  Array.from({ length: count }, (_, i) => ({
    loss: 2 - 0.01 * i,
    norm: names.map((_, l) => factor ** (5 - l)),
    weightNorm: names.map(() => 8),
    updateNorm: names.map(() => 0.01),
    zeros: names.map(() => 0.1),
    clip: 0.5,
  }));
const text = (factor: number, count?: number) =>
  recordText(names, updates(factor, count), { order: "forward", model: "Net" });

const done = async (...args: string[]) => {
  const finished = await evanesce(["monitor", ...args]);
  expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: "" });
  return finished.stdout;
};

describe("evanesce monitor", () => {
  const vanishing = files.write("vanishing.jsonl", text(0.1));
  const sound = files.write("sound.jsonl", text(0.9));

  it("says the verdict, since when, which layers, why, and what to do", async () => {
    const printed = await done(vanishing);
    expect(printed).toMatch(/^VANISHING {2}since update 0; learning\n/);
    expect(printed).toContain("layers.5");
    expect(printed).toMatch(/Causes .*100 %/);
    expect(printed).toMatch(/^VANISHING[\s\S]*Causes[\s\S]*\n→ .+\n\n[\s\S]*layer /);
    expect(printed).toMatch(/it changed 100 % of 30 updates; it typically multiplied the\s+gradient by 0.50/);
  });

  it("prints one JSON object, which `report` shows as it was, and a page with every figure", async () => {
    const json = await done(vanishing, "--json", "--html", files.path("run.html"));
    const value = JSON.parse(json);
    expect(value).toMatchObject({
      schema: "evanesce.monitor/1",
      verdict: "vanishing",
      run: { updates: 30, model: "Net" },
    });
    expect(value.command).toBe(`evanesce monitor ${vanishing}`);
    expect(value.run.map.lnNorm).toHaveLength(6);
    const again = await evanesce(["report", files.json("result.json", value)]);
    expect(again.stdout).toBe(await done(vanishing));
    const page = readFileSync(files.path("run.html"), "utf8");
    for (const id of ["loss", "gradients", "updates", "zeros", "clipping"]) expect(page).toContain(`id="${id}"`);
  });

  it("sets several runs side by side", async () => {
    const printed = await done(vanishing, sound);
    expect(printed).toMatch(/vanishing\.jsonl +vanishing +learning/);
    expect(printed).toMatch(/sound\.jsonl +healthy +learning/);
    const value = JSON.parse(await done(vanishing, sound, "--json", "--html", files.path("runs.html")));
    expect(value.runs.map(({ verdict }: { verdict: string }) => verdict)).toEqual(["vanishing", "healthy"]);
    expect(readFileSync(files.path("runs.html"), "utf8")).toContain('id="losses"');
    expect((await evanesce(["report", files.json("runs.json", value)])).stdout).toBe(printed);
  });

  it("follows a run that goes on, and reports it when it is interrupted", async () => {
    const path = files.write("live.jsonl", text(0.9, 3));
    const stop = new AbortController();
    const running = evanesce(["monitor", path, "--follow"], { signal: stop.signal });
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    await wait(600);
    const [header, ...lines] = text(0.1, 200).trimEnd().split("\n");
    expect(header).toContain("schema");
    appendFileSync(path, `${lines.slice(3, 100).join("\n")}\n${lines[100].slice(0, 40)}`);
    await wait(600);
    appendFileSync(path, `${lines[100].slice(40)}\n`);
    await wait(1200);
    stop.abort();
    const { code, stdout, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toContain("healthy");
    expect(stdout).toMatch(/^VANISHING/);
    expect(stdout).toContain("101 updates, 0 to 100");
  });

  it("names from a record move no cursor, hide nothing, and are no markup", async () => {
    const evil = "\u001b[2J\u202eweight<img src=x onerror=alert(1)>\u0007";
    const path = files.write(
      "evil.jsonl",
      recordText([evil, "b"], [{ norm: [1, null] }, { norm: [1e-9, 1] }], { model: evil }),
    );
    for (const options of [[], ["--ascii"], ["--quiet"], ["--html", files.path("evil.html")]]) {
      const { stdout, stderr } = await evanesce(["monitor", path, ...options]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    expect(readFileSync(files.path("evil.html"), "utf8")).not.toContain("<img");
    const { stderr } = await evanesce(["monitor", path, "--order", "b"]);
    expect(stderr).toContain("every layer");
    expect(stderr).not.toContain("\u001b");
  });

  it.each([
    ["a file that is not there", ["none.jsonl"], "a readable record"],
    ["nothing recorded", [files.write("empty.jsonl", recordText(["a"], []))], "at least one update with norms"],
    ["something else", [files.write("text.txt", "hello")], "a record: JSON lines"],
    ["two at once to follow", [vanishing, sound, "--follow"], "--follow: one record"],
    ["a window of nothing", [vanishing, "--window", "0"], "--window: a whole number ≥ 1"],
    ["a baseline below zero", [vanishing, "--baseline", "-1"], "baseline: a finite number ≥ 0"],
  ])("refuses %s in one line", async (_, args, message) => {
    const { code, stdout, stderr } = await evanesce(["monitor", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
