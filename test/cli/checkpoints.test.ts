/** Files of a training run: checkpoints of unknown origin, and files that cannot be written. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(files.remove);
const small = ["train", "--hidden", "3", "--steps", "6", "--batch", "4", "--updates", "6", "--quiet"];

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await evanesce(["train", "--quiet", ...args]);
  expect(code, stderr).toBe(2);
  return stderr;
}

describe("a checkpoint", () => {
  it("with one bit changed, in any of its files, is refused", async () => {
    await evanesce([...small, "--checkpoint", files.path("run")]);
    const names = readdirSync(files.folder).filter((name) => name.startsWith("run"));
    expect(names).toHaveLength(3);
    const draw = random(1, "bits");
    for (const name of names) {
      const bytes = readFileSync(files.path(name));
      for (let k = 0; k < 25; k++) {
        const bit = draw.below(8 * bytes.length);
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3] ^= 1 << (bit & 7);
        writeFileSync(files.path(name), changed);
        expect(await refused("--resume", files.path("run.json")), `${name}, bit ${bit}`).toMatch(/^evanesce: .+/);
      }
      writeFileSync(files.path(name), bytes);
    }
    expect((await evanesce(["train", "--resume", files.path("run.json"), "--updates", "7", "--quiet"])).code).toBe(0);
  });

  it("with another run's weights under the same name is refused", async () => {
    await evanesce([...small, "--checkpoint", files.path("a"), "--seed", "1"]);
    await evanesce([...small, "--checkpoint", files.path("b"), "--seed", "2"]);
    writeFileSync(files.path("a-6.safetensors"), readFileSync(files.path("b-6.safetensors")));
    expect(await refused("--resume", files.path("a.json"))).toContain("the file its checkpoint was written with");
  });

  it.each([
    ["updates", -1, "updates: a whole number ≥ 0, got -1"],
    ["updates", 5, "trainer.updates: 5, as updates says, got 6"],
    ["recorded", null, "recorded: an object, got null"],
    ["trainer", 3, "trainer: an object, got 3"],
    ["seed", 1.5, "seed: a whole number ≥ 0, got 1.5"],
  ])("without checksums, %s being %j, is refused", async (key, value, message) => {
    await evanesce([...small, "--checkpoint", files.path("old")]);
    const { checksum: _, checksums: __, ...page } = JSON.parse(readFileSync(files.path("old.json"), "utf8"));
    files.json("old.json", { ...page, schema: "evanesce.checkpoint/1" });
    expect((await evanesce(["train", "--resume", files.path("old.json"), "--updates", "6", "--quiet"])).code).toBe(0);
    files.json("old.json", { ...page, schema: "evanesce.checkpoint/1", [key]: value });
    expect(await refused("--resume", files.path("old.json"))).toContain(message);
  });

  it("whose page names files to write makes --resume write none of them", async () => {
    await evanesce([...small, "--checkpoint", files.path("evil")]);
    const { checksum: _, checksums: __, ...page } = JSON.parse(readFileSync(files.path("evil.json"), "utf8"));
    const targets = ["html", "svg", "png", "figureData", "log", "tensorboard", "save", "checkpoint"];
    const about = Object.fromEntries(targets.map((key) => [key, files.path(`stolen-${key}`)]));
    files.json("evil.json", { ...page, schema: "evanesce.checkpoint/1", about: { ...page.about, ...about } });
    const { code, stderr } = await evanesce(["train", "--resume", files.path("evil.json"), "--updates", "7"]);
    expect(code, stderr).toBe(0);
    expect(readdirSync(files.folder).filter((name) => name.startsWith("stolen"))).toEqual([]);
  });

  it("is written by one process at a time, and a lock of a process that ended is taken over", async () => {
    const other = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    const lock = { process: other.pid, host: hostname(), since: "2026-01-01T00:00:00Z" };
    files.json("locked.lock", lock);
    expect(await refused(...small.slice(1), "--checkpoint", files.path("locked"))).toContain(`process ${other.pid} on`);
    const ended = new Promise((resolve) => other.on("exit", resolve));
    other.kill("SIGKILL");
    await ended;
    expect((await evanesce([...small, "--checkpoint", files.path("locked")])).code).toBe(0);
    expect(existsSync(files.path("locked.lock"))).toBe(false);
  });
});

describe("a file that cannot be written", () => {
  it.skipIf(!existsSync("/dev/full"))(
    "in the middle of a run leaves the run, its report and its other files",
    async () => {
      const checkpoint = files.path("full");
      const { code, stdout, stderr } = await evanesce([...small, "--log", "/dev/full", "--checkpoint", checkpoint]);
      expect({ code }, stderr).toEqual({ code: 3 });
      expect(stdout).toMatch(/^\S/);
      expect(stderr).toContain('/dev/full: a place that can be written, got "no space left"');
      expect(JSON.parse(readFileSync(`${checkpoint}.json`, "utf8")).updates).toBe(6);
    },
  );

  it.skipIf(process.platform === "win32")("as a log whose reader has left leaves the run", async () => {
    const fifo = files.path("fifo");
    execFileSync("mkfifo", [fifo]);
    const reader = spawn("head", ["-c", "1", fifo]);
    const left = new Promise((resolve) => reader.on("exit", resolve));
    const asked = [
      "train",
      "--hidden",
      "3",
      "--steps",
      "6",
      "--batch",
      "4",
      "--updates",
      "3000",
      "--log",
      fifo,
      "--json",
    ];
    await new Promise((resolve) => setTimeout(resolve, 300)); // until the reader waits at the pipe
    const { code, stdout, stderr } = await evanesce(asked);
    await left;
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("a pipe without a reader");
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "completed", updates: 3000 });
  });

  it("is found before the run, where a link leads", async () => {
    symlinkSync(files.path("no/such/folder/log"), files.path("link"));
    const started = await evanesce([...small, "--save", files.path("link")]);
    expect(started).toMatchObject({ code: 2, stdout: "" });
    expect(started.stderr).toContain("a path that can be written");
  });
});
