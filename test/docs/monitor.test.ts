/**
 * Every block of docs/monitor.md and docs/record-format.md runs: Python's with Debian's python3-torch, Keras's with a
 * stand-in of its interface, TensorFlow.js's with itself where bench/tfjs-monitor has it installed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { eventFileHeader, scalarRecord } from "../../src/formats/tensorboard.ts";
import { evanesce, workspace } from "../cli/command.ts";
import { describeFramework } from "../setup/frameworks.ts";
import { recordText } from "../records/helpers.ts";

const root = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const guide = readFileSync(root("docs/monitor.md"), "utf8");
const format = readFileSync(root("docs/record-format.md"), "utf8");
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code]) => code);

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const has = (module: string) => spawnSync(PYTHON, ["-c", `import ${module}`]).status === 0;
const files = workspace();
afterAll(files.remove);

/** Runs a program of Python in the workspace. */
const python = (code: string, ...path: string[]) =>
  execFileSync(PYTHON, ["-c", code], {
    cwd: files.folder,
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: path.map(root).join(":") },
  });

/** Runs a line of a shell block in this process, its files in the workspace. */
async function shell(line: string) {
  expect(line).toMatch(/^npx evanesce monitor /);
  const words = line.split(" ").slice(2);
  const args = words.map((word, i) => (/\.\w+$|^logs|^figures$/.test(word) && i > 0 ? files.path(word) : word));
  const finished = await evanesce(args);
  expect({ code: finished.code, stderr: finished.stderr }, line).toEqual({ code: 0, stderr: "" });
  return finished.stdout;
}

const [torchBlock, kerasBlock] = blocks(guide, "python");
const commands = blocks(guide, "bash").flatMap((block) => block.trim().split("\n"));

describe("docs/record-format.md", () => {
  it("its record of four lines is one", async () => {
    const path = files.write("four.jsonl", blocks(format, "json")[0]);
    expect(await shell(`npx evanesce monitor ${path}`.replace(path, "four.jsonl"))).toContain("2 updates, 0 to 1");
  });

  it.skipIf(!has("json"))("its writer in ten lines writes one", async () => {
    const use = `
with open("ten.jsonl", "w") as file:
    write_header(file, ["a.weight", "b.weight"])
    for update in range(3):
        write_update(file, update, 1 / (update + 1), [0.5, float("nan") if update == 2 else 1.0])`;
    python(blocks(format, "python")[0] + use);
    const printed = await shell("npx evanesce monitor ten.jsonl");
    expect(printed).toMatch(/^NONFINITE/);
    expect(printed).toContain("b.weight");
  });
});

describe.skipIf(!has("torch"))("docs/monitor.md, PyTorch and Keras", () => {
  it("the program trains, and the verdict is the one that is printed", async () => {
    python(torchBlock, "python");
    expect(await shell("npx evanesce monitor run.jsonl")).toMatch(/^VANISHING/);
  });

  it("the program of Keras runs with the stand-in", async () => {
    python(kerasBlock, "python", "test/python/stand_in");
    expect(await shell("npx evanesce monitor keras.jsonl")).toContain("5 layers, 30 updates");
  });

  it.each(commands.filter((line) => / (run|keras)\.jsonl/.test(line) && !/--follow|tail/.test(line)))(
    "%s",
    async (line) => {
      expect(await shell(line)).not.toBe("");
    },
  );
});

describe("docs/monitor.md, what people have", () => {
  it.each(commands.filter((line) => /logs|norms|history/.test(line)))("%s", async (line) => {
    mkdirSync(files.path("logs/run-1"), { recursive: true });
    const scalars = { "gradients/fc.weight": 0.5, loss: 1 };
    const events = [eventFileHeader(0), scalarRecord({ wallTime: 1, step: 0, scalars })];
    writeFileSync(files.path("logs/run-1/events.out.tfevents.1"), Buffer.concat(events));
    files.write("norms.csv", "step,loss,fc1.weight,fc2.weight\n0,1,0.5,0.5\n");
    files.write("history.jsonl", '{"_step":0,"loss":1,"gradients/fc.weight":0.5}\n');
    expect(await shell(line)).toContain("1 update, 0 to 0");
  });

  it("every command of the guide is one of these, follows a run, or reads TensorFlow.js's", () => {
    const rest = commands.filter((line) => !/ (run|keras)\.jsonl|logs|norms|history/.test(line));
    expect(rest).toEqual(["npx evanesce monitor tfjs.jsonl"]);
    expect(commands.filter((line) => /--follow|tail/.test(line))).toHaveLength(2);
  });

  it("standard input is a record", () => {
    const text = recordText(["a.weight", "b.weight"], [{ norm: [1, 1] }]);
    const main = root("src/cli/main.ts");
    const printed = execFileSync(process.execPath, ["--import", "tsx", main, "monitor", "-", "--quiet"], {
      input: text,
      encoding: "utf8",
      cwd: root("."),
    });
    expect(printed).toMatch(/^healthy/);
  });
});

const bench = root("bench/tfjs-monitor");

describeFramework("docs/monitor.md, TensorFlow.js", () => {
  it("the program trains and writes a record", async () => {
    const tfjs = createRequire(join(bench, "package.json")).resolve("@tensorflow/tfjs");
    const code = blocks(guide, "js")[0]
      .replace('"@tensorflow/tfjs"', JSON.stringify(pathToFileURL(tfjs).href))
      .replace('"evanesce/record"', JSON.stringify(pathToFileURL(root("src/record.ts")).href));
    const program = files.write("program.mts", code);
    execFileSync(
      process.execPath,
      ["--import", pathToFileURL(root("node_modules/tsx/dist/loader.mjs")).href, program],
      {
        cwd: files.folder,
        stdio: "pipe",
      },
    );
    const printed = await shell("npx evanesce monitor tfjs.jsonl");
    expect(printed).toMatch(/^VANISHING/);
    expect(printed).toContain("hidden_0");
    expect(printed).toContain("13 layers, 30 updates");
  });
});
