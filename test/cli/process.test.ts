/** The built command line as a process: exit codes, signals, pipes that close, a pseudo-terminal. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { builtMain, spawned, workspace } from "./command.ts";

let main: string;
beforeAll(() => {
  main = builtMain();
});

const node = (args: readonly string[], options: Parameters<typeof spawned>[2] = {}) =>
  spawned(process.execPath, [main, ...args], options);

const quick = ["rnn", "--hidden", "8", "--steps", "60", "--batch", "4"];
// Its setup is quick; each part takes some milliseconds, all parts many seconds.
const endless = ["rnn", "--hidden", "256", "--steps", "20000", "--batch", "8"];

/** A command that gets Ctrl-C after so many milliseconds. */
const interrupted = (args: readonly string[], wait: number) =>
  node(args, { meanwhile: (kill) => void setTimeout(() => kill("SIGINT"), wait) });

describe("a process by itself", () => {
  it("answers Ctrl-C in the midst of a pass, with 130 and nothing on stdout", async () => {
    // a signal before the process listens ends it at once: it came too early, and the next try sends it later
    let answered = await interrupted(endless, 1000);
    for (let wait = 2000; answered.signal !== null && wait <= 16_000; wait *= 2)
      answered = await interrupted(endless, wait);
    const { code, signal, stdout, stderr } = answered;
    expect({ code, signal, stdout, stderr }).toEqual({ code: 130, signal: null, stdout: "", stderr: "interrupted\n" });
  });

  it("ends at once by Ctrl-C in the midst of a prediction, which is made in one go", async () => {
    const { code, signal, stdout } = await interrupted(["predict", "--cell", "tanh", "--steps", "5000000"], 600);
    expect(stdout).toBe("");
    expect(["SIGINT", 130]).toContain(signal ?? code); // 130 where it came before the work began
  });
});

describe("signals that end a process", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s keeps a training run's checkpoint and report, and leaves %i", async (signal, exitCode) => {
    const files = workspace();
    try {
      const log = files.path("log.jsonl");
      const args = ["--hidden", "8", "--steps", "50", "--updates", "1000000", "--log", log, "--json"];
      const { code, stdout } = await node(["train", ...args, "--checkpoint", files.path("run")], {
        meanwhile: (kill) => {
          const timer = setInterval(() => {
            if (!existsSync(log) || readFileSync(log).length === 0) return;
            clearInterval(timer);
            kill(signal);
          }, 20);
        },
      });
      expect(code).toBe(exitCode);
      const { outcome, updates } = JSON.parse(stdout);
      expect(outcome).toBe("interrupted");
      expect(JSON.parse(readFileSync(files.path("run.json"), "utf8")).updates).toBe(updates);
      expect(existsSync(files.path("run.lock"))).toBe(false);
    } finally {
      files.remove();
    }
  });
});

// most of a process's time is its start: several start at once
describe.concurrent("the process", () => {
  it("exits 0 with data on stdout alone", async () => {
    const { code, stdout, stderr } = await node([...quick, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).schema).toBe("evanesce.flow/1");
  });

  it("exits 2 with a message on stderr alone, and no stack trace", async () => {
    const mistakes = [
      ["rnn", "--cell", "tahn"],
      ["rnn", "--bogus"],
      ["propagate", "/no/such.json", "--json"],
    ];
    for (const { code, stdout, stderr } of await Promise.all(mistakes.map((args) => node(args)))) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^evanesce: /);
      expect(stderr).not.toMatch(/\n\s+at /);
    }
  });

  it("writes a long JSON object whole into a pipe", async () => {
    const { code, stdout } = await node(["rnn", "--hidden", "4", "--steps", "5000", "--batch", "1", "--json"]);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(4 * 65_536); // several times the capacity of a pipe
    expect(JSON.parse(stdout).lnGradientNorm).toHaveLength(5000);
  });

  it("ends quietly where its reader has had enough", async () => {
    const command = `"${process.execPath}" "${main}" rnn --hidden 4 --steps 5000 --batch 1 --json | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await spawned("bash", ["-c", command]);
    expect({ stdout, stderr }).toEqual({ stdout: "{\n0\n", stderr: "" });
  });
});

/** Whether util-linux's `script` can open a pseudo-terminal here. */
function hasScript(): boolean {
  try {
    return execFileSync("script", ["-qec", "echo ok", "/dev/null"], { encoding: "utf8" }).includes("ok");
  } catch {
    return false;
  }
}

describe.skipIf(!hasScript()).concurrent("in a pseudo-terminal (needs util-linux's script)", () => {
  const terminal = (columns: number, args: readonly string[], env: Record<string, string> = {}) =>
    spawned(
      "script",
      ["-qec", `stty cols ${columns} rows 50; "${process.execPath}" "${main}" ${args.join(" ")}`, "/dev/null"],
      {
        env: { TERM: "xterm-256color", ...env },
      },
    );
  /** The lines as they stand on the screen: what was written before a carriage return, the progress, is overwritten. */
  const onScreen = (text: string) =>
    text
      .split("\r\n")
      .map((line) => line.slice(line.lastIndexOf("\r") + 1))
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
      .map((line) => line.replace(/\u001b\[[\d;]*[mK]/g, ""));

  it.each([60, 133, 200])("is in color and %d columns wide", async (columns) => {
    const { code, stdout } = await terminal(columns, quick);
    expect(code).toBe(0);
    expect(stdout).toContain("\u001b[");
    expect(Math.max(...onScreen(stdout).map((each) => [...each].length))).toBe(columns);
  });

  it("wipes its progress before the report stands", async () => {
    const { stdout } = await terminal(80, ["rnn", "--hidden", "64", "--steps", "60000", "--batch", "8"]);
    expect(stdout).toMatch(/ % {2}.* steps\/s/);
    expect(Math.max(...onScreen(stdout).map((each) => [...each].length))).toBe(80);
  });

  it("has no color under NO_COLOR", async () => {
    expect((await terminal(80, quick, { NO_COLOR: "1" })).stdout).not.toContain("\u001b");
  });

  it("passes its exit code on", async () => {
    expect((await terminal(80, ["rnn", "--bogus"])).code).toBe(2);
  });
});
