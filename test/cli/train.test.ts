/**
 * `evanesce train`: its output and its files; a stopped run, resumed, gives the same bits as one that was not
 * stopped.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSafetensors } from "../../src/formats/index.ts";
import { evanesce } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "evanesce-train-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

const small = ["--cell", "gru", "--hidden", "6", "--steps", "12", "--batch", "4", "--updates", "30", "--seed", "3"];
const train = async (...args: string[]) => {
  const result = await evanesce(["train", ...args]);
  expect(result.code, result.stderr).toBe(0);
  return result.stdout;
};
const refused = async (...args: string[]) => {
  const { code, stdout, stderr } = await evanesce(["train", ...args]);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).not.toMatch(/\n\s+at |node:|\.ts:|\.js:/);
  return stderr;
};
const bytes = (name: string) => [...readFileSync(at(name))];

describe("evanesce train", () => {
  it("says first what became of the run, then shows its loss and its parameters", async () => {
    const text = await train(...small);
    expect(text).toMatch(/^[A-Z ]+\n30 updates: /);
    expect(text).toContain("adding, 12 steps, batch 4, adam at 0.00100, 30 updates, seed 3");
    expect(text).toMatch(/Validation {3}\S+ after 30 updates/);
    expect(text).toMatch(/ {2}rnn\.weight_hh_l0( +\S+){4}\n/);
    expect(text).not.toContain("\u001b");
  });

  it("prints the trace as one JSON object", async () => {
    const trace = JSON.parse(await train(...small, "--json", "--clip-norm", "0.1", "--freeze", "readout"));
    expect(trace).toMatchObject({ schema: "evanesce.trace/1", outcome: "completed", updates: 30 });
    expect(trace.losses).toHaveLength(30);
    expect(trace.frozen).toEqual(["readout.weight", "readout.bias"]);
    expect(trace.clips[0]).toMatchObject({ method: "norm", limit: 0.1, engaged: 1 });
  });

  it("takes a deep network and a table of one's own, rows held out", async () => {
    const rows = Array.from({ length: 120 }, (_, i) => `${i % 7},${(i * i) % 11},${i % 2 ? "odd" : "even"}`);
    writeFileSync(at("table.csv"), `a,b,kind\n${rows.join("\n")}\n`);
    const table = ["--depth", "2", "--width", "8", "--csv", at("table.csv"), "--batch", "16", "--updates", "12"];
    const trace = JSON.parse(
      await train(...table, "--optimizer", "sgd:momentum=0", "--lr", "0.1", "--json").catch(() => "{}"),
    );
    expect(trace.schema).toBeUndefined(); // sgd has no momentum: an option of another row
    const sound = JSON.parse(await train(...table, "--optimizer", "momentum:momentum=0.5", "--lr", "0.1", "--json"));
    expect(sound.optimizer).toMatchObject({ name: "momentum", momentum: 0.5, learningRate: 0.1 });
    expect(sound.evaluations.at(-1)).toMatchObject({ set: "test", update: 12 });
    expect(sound.evaluations.at(-1).accuracy).toBeGreaterThanOrEqual(0);
  });

  it("writes a line of JSON for every event, and an event file", async () => {
    await train(...small, "--log", at("log.jsonl"), "--tensorboard", at("board"));
    const lines = readFileSync(at("log.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const steps = lines.filter(({ kind }) => kind === "step");
    expect(steps.map(({ record }) => record.update)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(lines.some(({ kind }) => kind === "diagnosis")).toBe(true);
    const [file] = readdirSync(at("board"));
    expect(file).toMatch(/^events\.out\.tfevents\./);
    expect(readFileSync(join(at("board"), file)).includes("gradient/rnn.weight_hh_l0")).toBe(true);
  });

  it("draws its page: loss, gradients and updates, nothing loaded from elsewhere", async () => {
    await train(...small, "--html", at("run.html"), "--figure-data", at("loss.csv"));
    const page = readFileSync(at("run.html"), "utf8");
    expect([...page.matchAll(/<figure id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
      ...["loss", "path", "gradients", "gradients-map", "updates", "updates-map"],
    ]);
    expect(page).not.toMatch(/(src|href)="https?:/);
    expect(page).toContain("rnn.weight_hh_l0");
    expect(readFileSync(at("loss.csv"), "utf8").split("\n").length).toBeGreaterThan(30);
  });

  it("saves weights that `propagate` loads", async () => {
    await train(...small, "--save", at("weights.safetensors"));
    const { tensors } = readSafetensors(readFileSync(at("weights.safetensors")), "weights");
    expect(tensors.get("rnn.weight_hh_l0")?.shape).toEqual([18, 6]);
    writeFileSync(at("spec.json"), '{"kind": "recurrent", "cell": "gru", "inputs": 2, "hidden": 6, "outputs": 1}');
    const loaded = await evanesce([
      "propagate",
      at("spec.json"),
      "--weights",
      at("weights.safetensors"),
      "--steps",
      "12",
    ]);
    expect(loaded.code, loaded.stderr).toBe(0);
  });
});

describe("a run that was stopped", () => {
  it("goes on from its checkpoint to the same bits", async () => {
    const whole = [...small, "--optimizer", "nadam", "--trace-every", "1", "--checkpoint-every", "10"];
    await train(...whole, "--checkpoint", at("whole"), "--json");
    // it is asked often, and says stop some calls after the first checkpoint
    const stop = new AbortController();
    let asked = 0;
    const signal = Object.defineProperty(stop.signal, "aborted", {
      get: () => {
        const isOver = existsSync(at("part.json")) && ++asked > 60;
        if (isOver) stop.abort();
        return isOver;
      },
    });
    const stopped = await evanesce(["train", ...whole, "--checkpoint", at("part")], { signal });
    expect(stopped.code, stopped.stderr).toBe(130);
    const { updates } = JSON.parse(readFileSync(at("part.json"), "utf8"));
    expect(updates).toBeGreaterThan(10);
    expect(updates).toBeLessThan(30);
    await train("--resume", at("part.json"), "--checkpoint", at("rest"));
    expect(bytes("rest-30.safetensors")).toEqual(bytes("whole-30.safetensors"));
    expect(bytes("rest-30.state.safetensors")).toEqual(bytes("whole-30.state.safetensors"));
  });

  it("gone on with, is kept up to date where it stands", async () => {
    await train(...small, "--updates", "10", "--checkpoint", at("kept"));
    await train("--resume", at("kept.json"), "--updates", "20", "--quiet");
    expect(JSON.parse(readFileSync(at("kept.json"), "utf8")).updates).toBe(20);
    const trace = JSON.parse(await train("--resume", at("kept.json"), "--updates", "30", "--json"));
    expect(trace.losses).toEqual(JSON.parse(await train(...small, "--updates", "30", "--json")).losses);
  });

  it("goes further than was asked at first", async () => {
    await train(...small, "--checkpoint", at("short"));
    const trace = JSON.parse(await train("--resume", at("short.json"), "--updates", "40", "--json"));
    expect(trace).toMatchObject({ updates: 40, steps: 40, seed: 3 });
    expect(trace.losses).toHaveLength(40);
  });

  it("takes no other network, and no file that is no checkpoint", async () => {
    await train(...small, "--checkpoint", at("one"));
    expect(await refused("--resume", at("one.json"), "--hidden", "7")).toContain(
      "--hidden: not together with --resume",
    );
    expect(await refused("--resume", at("one-30.safetensors"))).toContain("one-30.safetensors: ");
    writeFileSync(at("other.json"), "{}");
    expect(await refused("--resume", at("other.json"))).toContain('a checkpoint, "schema": "evanesce.checkpoint/2"');
    rmSync(at("one-30.state.safetensors"));
    expect(await refused("--resume", at("one.json"))).toContain("one-30.state.safetensors: a readable file");
  });
});

describe("a mistake", () => {
  it.each([
    [["--optimizer", "adm"], "did you mean adam?"],
    [["--optimizer", "adam:beta3=1"], "beta3"],
    [["--schedule", "cosin"], "did you mean cosine?"],
    [["--lr", "fast"], "--lr: a finite number"],
    [["--freeze", "layers.9"], "--freeze: a parameter of the network"],
    [["--validation", "-1"], "--validation: a share from 0 to 1"],
    [["--checkpoint", "no/such/folder/run"], "a path that can be written"],
  ])("%j is named", async (args, message) => {
    expect(await refused(...small, ...args)).toContain(message);
  });
});

describe("--stateful", () => {
  it("carries the state over a text, and says what truncation leaves out", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "stateful-")), "text.txt");
    writeFileSync(file, Array.from({ length: 400 }, (_, i) => "abcde"[(i * i) % 5]).join(""));
    const run = [
      "train",
      "--hidden",
      "6",
      "--text",
      file,
      "--steps",
      "6",
      "--batch",
      "3",
      "--stateful",
      "--updates",
      "8",
    ];
    const { stdout } = await evanesce([...run, "--json"]);
    const trace = JSON.parse(stdout);
    expect(trace.truncation.at(-1)).toMatchObject({ update: 8, windows: 4, steps: 6 });
    const { stdout: text } = await evanesce(run);
    expect(text.replace(/\s+/g, " ")).toMatch(/State carried from batch to batch; .* beside 4 batches sent back whole/);
  });
});
