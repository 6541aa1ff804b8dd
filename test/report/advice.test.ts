/** Verdict, cause, advice and options stand together, in a terminal as on a page, whatever the result. */
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { evanesce, workspace } from "../cli/command.ts";

const files = workspace();
afterAll(() => files.remove());

const RESULTS: Readonly<Record<string, readonly string[]>> = {
  flow: ["mlp", "--depth", "20", "--width", "8", "--activation", "sigmoid"],
  comparison: ["rnn", "--compare", "tanh,gru", "--steps", "60", "--hidden", "8"],
  prediction: ["predict", "--depth", "50", "--activation", "sigmoid"],
  prescription: [
    ...["prescribe", "--depth", "12", "--width", "8", "--activation", "sigmoid", "--batch", "4", "--seeds", "2"],
    ...["--remedies", "residual"],
  ],
  training: ["train", "--depth", "20", "--width", "8", "--activation", "sigmoid", "--updates", "20"],
};

/** The words of a page, without its markup. */
const words = (html: string) =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]+>/g, "")
    .replaceAll(/\s+/g, " ");

it.each(Object.entries(RESULTS))("%s", async (name, args) => {
  const page = files.path(`${name}.html`);
  const { code, stdout } = await evanesce([...args, "--html", page]);
  expect(code).toBe(0);
  const text = stdout.replaceAll(/\s+/g, " ");
  const options = [...text.matchAll(/Try: ((?:--\S+ \S+ ?)+)/g)].map(([, each]) => each.trim().replace(/\.$/, ""));
  expect(options.length).toBeGreaterThan(0);
  const html = words(readFileSync(page, "utf8"));
  for (const each of options) expect(html).toContain(`Try: ${each}`);
  const [, advice] = /^→ ([^.(]+)/m.exec(stdout) ?? [];
  expect(html).toContain(advice.replaceAll(/\s+/g, " ").trim());
});

it("a prediction's advice is what theory holds to be sound", async () => {
  for (const [args, option] of [
    [["--depth", "50", "--activation", "sigmoid"], "--gain"],
    [["--depth", "50", "--activation", "relu", "--sigma-w", "1", "--init", "gaussian"], "--sigma-w"],
  ] as const) {
    const { stdout } = await evanesce(["predict", ...args]);
    const [, value] = new RegExp(`Try: ${option} (\\S+)`).exec(stdout) ?? [];
    const rest = args.filter((word, i) => word !== option && args[i - 1] !== option);
    const mended = await evanesce(["predict", ...rest, option, value]);
    expect(mended.stdout).toMatch(/^HEALTHY/);
    expect(mended.stdout).not.toContain("Try:");
  }
});

it("a comparison of an earlier version, which has no advice, can still be read", async () => {
  const { stdout } = await evanesce([...RESULTS.comparison, "--json"]);
  const result = JSON.parse(stdout);
  for (const entry of result.entries) delete entry.advice;
  const { code, stdout: text } = await evanesce(["report", files.json("old.json", result)]);
  expect(code).toBe(0);
  expect(text).not.toContain("Try:");
});
