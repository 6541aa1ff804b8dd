/** The map of docs/sweeps.md is sound, and its commands for many machines without Redis do what the page says. */
import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { spawned, workspace } from "../cli/command.ts";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/sweeps.md", root), "utf8");
const main = new URL("dist/cli/main.js", root).pathname;
const files = workspace();
afterAll(() => files.remove());

const evanesce = (command: string) =>
  spawned(process.execPath, [main, ...command.split(" ").slice(1)], { cwd: files.folder });
const map = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "");

it("its map", async () => {
  files.json("whole.json", map);
  const { code, stdout } = await evanesce("evanesce sweep whole.json --dry-run");
  expect(code).toBe(0);
  expect(stdout).toMatch(/84 cells/); // 7 gains, 4 depths, 3 replicates
});

it("parts of a map, merged", async () => {
  const small = { ...map, replicates: 1, axes: [map.axes[0], { key: "depth", values: [2] }] };
  files.json("map.json", { ...small, base: { ...map.base, plan: { ...map.base.plan, steps: 5 } } });
  const commands = [...page.matchAll(/^evanesce sweep map\.json .*(?:--shard|--merge).*$/gm)].map(([line]) => line);
  expect(commands).toHaveLength(3);
  const [first, second, merge] = commands;
  for (const part of [1, 2, 3, 4]) {
    const command = part === 2 ? second : first.replace("1/4", `${part}/4`).replace("part1", `part${part}`);
    expect(await evanesce(command)).toMatchObject({ code: 0 });
  }
  const merged = await evanesce(`${merge} part3.jsonl part4.jsonl`);
  expect(merged).toMatchObject({ code: 0 });
  expect(merged.stderr).toContain("took 7 results of other journals");
  expect(merged.stdout).toContain("7 healthy");
  const status = await evanesce("evanesce sweep map.json --journal all.jsonl --status");
  expect(status.stdout).toMatch(/\b7 of 7\b/);
});
