/** The options after "Try:", added to the command that printed them. */
import { expect, it } from "vitest";
import type { Diagnosis } from "../../../src/diagnosis/index.ts";
import { parseSpec, withPatch } from "../../../src/spec/index.ts";
import { evanesce } from "../../cli/command.ts";
import { commandLines } from "./command-lines.ts";

/** The object that `--json` prints; null if the command refuses the command line. */
async function printed(words: readonly string[]): Promise<{ spec: object; diagnosis: Diagnosis } | null> {
  const { code, stdout } = await evanesce([...words, "--json"]);
  return code === 0 ? JSON.parse(stdout) : null;
}

const gainOf = ({ verdict, evidence }: Diagnosis): number => {
  const { gain } = evidence.worst;
  return verdict === "nonfinite" || typeof gain !== "number" ? Number.POSITIVE_INFINITY : Math.abs(gain);
};

/** Sound afterwards, or a gain at most half; a network whose path was sound has to be healthy. */
function helps(before: Diagnosis, after: Diagnosis): boolean {
  if (before.verdict === "blocked") return after.verdict === "healthy";
  const isSound = after.verdict === "healthy" || after.verdict === "blocked";
  return isSound || (Number.isFinite(gainOf(after)) && gainOf(after) <= gainOf(before) / 2);
}

it("are accepted, make the network of the patch, and help", async () => {
  let [sick, blocked, advised] = [0, 0, 0];
  for (const words of commandLines(150, 1)) {
    const before = await printed(words);
    if (before === null || before.diagnosis.verdict === "healthy") continue;
    const isBlocked = before.diagnosis.verdict === "blocked";
    const [{ options, patch }] = before.diagnosis.advice;
    if (isBlocked) blocked++;
    else sick++;
    if (options.length === 0) continue;
    if (!isBlocked) advised++;
    const line = [...words, ...options].join(" ");
    const after = await printed([...words, ...options]);
    expect(after, line).not.toBeNull();
    expect(after?.spec, line).toEqual(JSON.parse(JSON.stringify(parseSpec(withPatch(before.spec, patch)))));
    expect(helps(before.diagnosis, after?.diagnosis as Diagnosis), line).toBe(true);
    for (const fixed of ["--steps", "--task"]) expect(options).not.toContain(fixed);
    for (const count of ["--layers", "--depth"]) {
      const { layers, depth } = before.spec as { layers?: number; depth?: number };
      if (options.includes(count)) expect(options[options.indexOf(count) + 1]).toBe(`${layers ?? depth}`);
    }
  }
  expect(sick).toBeGreaterThan(40);
  expect(blocked).toBeGreaterThan(3);
  expect(advised).toBeGreaterThanOrEqual(0.9 * sick);
});

it("come with the command that tries every remedy, where a rule proposes them", async () => {
  const { stdout } = await evanesce(["rnn", "--cell", "gru", "--steps", "300", "--hidden", "8"]);
  expect(stdout).toContain("\nTry: --chrono 300\nEvery remedy, tried and ranked: evanesce prescribe\n");
  const sound = await evanesce(["mlp", "--depth", "3", "--width", "8"]);
  expect(sound.stdout).not.toMatch(/Try:|evanesce prescribe/);
});
