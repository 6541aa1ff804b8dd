/** Every command on the page about data runs, on small files of the kinds that the page names. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { writeNpy } from "../../src/formats/index.ts";
import { spawned, workspace } from "../cli/command.ts";

const page = readFileSync(new URL("../../docs/data.md", import.meta.url), "utf8");
const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const commands = page.split("\n").filter((line) => line.startsWith("evanesce "));

const files = workspace();
afterAll(() => files.remove());

const rows = (count: number, of: (i: number) => string) => Array.from({ length: count }, (_, i) => of(i)).join("\n");
const wave = (i: number) => Math.sin(i / 3).toFixed(3);
files.write(
  "iris.csv",
  `length,width,species\n${rows(60, (i) => `${wave(i)},${wave(2 * i)},${["a", "b", "c"][i % 3]}`)}`,
);
files.write("temperature.csv", `T,wind\n${rows(1200, (i) => `${wave(i)},${wave(5 * i)}`)}`);
// a patient has one outcome, a step of a walk has an activity of its own
files.write(
  "visits.csv",
  `patient,pulse,outcome\n${rows(60, (i) => `${i >> 2},${wave(i)},${(i >> 2) % 2 ? "well" : "ill"}`)}`,
);
files.write("steps.csv", `walk,speed,activity\n${rows(80, (i) => `${i >> 3},${wave(i)},${i % 3 ? "run" : "rest"}`)}`);
files.write(
  "reviews.tsv",
  rows(40, (i) => `${i % 2 ? "good" : "bad"}\ta ${i % 2 ? "fine" : "poor"} book, the ${i}th`),
);
files.write(
  "play.txt",
  rows(60, (i) => `${["ROMEO", "JULIET", "NURSE", "TYBALT", "PARIS"][i % 5]}:\nline ${i} says a few words\n`),
);
files.write(
  "tags.conll",
  rows(60, (i) => (i % 5 === 4 ? "" : `word${i % 7} ${i % 2 ? "NOUN" : "VERB"}`)),
);
files.json("net.json", { kind: "recurrent", cell: "tanh", hidden: 4, outputs: 2 });
files.write("x.npy", writeNpy({ shape: [6, 4, 3], data: Float32Array.from({ length: 72 }, (_, i) => Math.sin(i)) }));
files.write("y.npy", writeNpy({ shape: [4, 2], data: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i)) }));

it("has commands", () => expect(commands.length).toBeGreaterThanOrEqual(11));

it.concurrent.each(commands)("%s", async (command) => {
  const short = command.startsWith("evanesce train") ? ["--updates", "2", "--batch", "2"] : [];
  const { code, stderr } = await spawned(
    process.execPath,
    [main, ...command.split(" ").slice(1), "--quiet", ...short],
    {
      cwd: files.folder,
    },
  );
  expect(code, stderr).toBe(0);
});
