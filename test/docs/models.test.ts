/** Every command on the page about models runs, and `inspect` prints what the page says. */
import { copyFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { evanesce, workspace } from "../cli/command.ts";
import { filePath } from "../models/golden.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/models.md", import.meta.url)), "utf8");
const blocks = [...page.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
const commands = blocks.flatMap((text) => text.split("\n").filter((line) => line.startsWith("evanesce ")));

const files = workspace();
afterAll(() => files.remove());

/** The page's names of files, as paths of this test's folder. */
const NAMES = /\b(model\.pt|lstm\.pt|translator\.pt|net\.json|weights\.safetensors|x\.npy|y\.npy)\b/g;
const run = (command: string) =>
  evanesce(
    command
      .replace(NAMES, (name) => files.path(name))
      .split(" ")
      .slice(1),
  );

beforeAll(async () => {
  for (const [name, file] of [
    ["model.pt", "lstm_prefix.pt"],
    ["lstm.pt", "lstm_prefix.pt"],
    ["translator.pt", "translator.pt"],
  ]) {
    copyFileSync(filePath(file), files.path(name));
  }
  const written = await run("evanesce inspect model.pt --spec net.json --save weights.safetensors");
  expect(written.code, written.stderr).toBe(0);
  files.write("x.npy", writeNpy({ shape: [6, 4, 3], data: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)) }));
  files.write("y.npy", writeNpy({ shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i)) }));
});

it("has commands", () => expect(commands.length).toBeGreaterThanOrEqual(5));

it.each(commands)("%s", async (command) => {
  const { code, stderr } = await run(command);
  expect(code, stderr).toBe(0);
});

it("inspect prints the block behind it", async () => {
  const { stdout } = await run("evanesce inspect model.pt");
  const quoted = blocks[blocks.findIndex((text) => text.startsWith("evanesce inspect")) + 1];
  const squeezed = (text: string) => text.replace(/ +/g, " ").trim();
  expect(squeezed(stdout.replaceAll(files.path("model.pt"), "model.pt"))).toBe(squeezed(quoted));
});
