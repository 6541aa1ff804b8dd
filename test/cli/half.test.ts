/** What half precision would lose, from the command line: report, JSON, page, and back from JSON. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { evanesce, measured, workspace } from "./command.ts";

const SMALL = ["--steps", "60", "--batch", "4", "--hidden", "8", "--gain", "0.6"];
const oneLine = (text: string) => text.replace(/\s+/g, " ");

describe("--half", () => {
  test("says in the report, in JSON and on the page what is lost; `report` reads it back", async () => {
    const files = workspace();
    const page = files.path("page.html");
    const args = ["rnn", ...SMALL, "--half"];
    const report = await evanesce([...args, "--html", page]);
    expect(oneLine(report.stdout)).toMatch(
      /float16 of the entries of ∂L\/∂h_t \d.*% become zero and .* lose digits.*the loss scale 2\^\d+ keeps the most/,
    );
    expect(oneLine(report.stdout)).toContain("bfloat16 of the entries of ∂L/∂h_t none becomes zero; no loss scale");
    const html = readFileSync(page, "utf8");
    expect(html).toContain("Half precision");
    expect(html).toContain("float16, lost");
    files.remove();
    const { stdout } = await evanesce([...args, "--json"]);
    const { half } = measured(stdout);
    expect(half.formats.map(({ format }: { format: string }) => format)).toEqual(["float16", "bfloat16"]);
    expect(half.formats[0].unscaled.stations.lost).toHaveLength(60);
    expect(Math.log2(half.formats[0].lossScale) % 1).toBe(0);
  });

  test("of a deep network too, and what JSON holds prints the same report", async () => {
    const files = workspace();
    const args = ["mlp", "--depth", "12", "--width", "8", "--batch", "4", "--activation", "sigmoid", "--half"];
    const json = await evanesce([...args, "--json"]);
    const [own, again] = [await evanesce(args), await evanesce(["report", files.write("flow.json", json.stdout)])];
    files.remove();
    expect(again.stderr).toBe("");
    expect(again.stdout).toBe(own.stdout);
    expect(oneLine(own.stdout)).toMatch(/float16 of the entries of ∂L\/∂h_l .*become zero/);
  });
});

describe("train --loss-scaler", () => {
  const args = ["train", "--cell", "tanh", "--steps", "8", "--hidden", "4", "--updates", "12", "--diagnose-every", "0"];

  test("says what the scaler would do, in the report and in JSON", async () => {
    const scaled = [...args, "--loss-scaler", "--loss-scale", "1048576", "--scale-interval", "3"];
    const report = await evanesce(scaled);
    expect(oneLine(report.stdout)).toMatch(
      /Loss scaler PyTorch's for float16 would skip \d+ of 12 updates, and go from scale 2\^20/,
    );
    const { scaler } = JSON.parse((await evanesce([...scaled, "--json"])).stdout);
    expect(scaler).toMatchObject({ initial: 1048576, growth: 2, backoff: 0.5, interval: 3 });
    expect(scaler.scale).toHaveLength(12);
  });

  test.each([
    [["--loss-scale", "2"], /--loss-scale: together with --loss-scaler/],
    [["--scale-interval", "2"], /--scale-interval: together with --loss-scaler/],
    [["--loss-scaler", "--loss-scale", "-1"], /lossScaler\.initial|--loss-scale: a finite number > 0, got -1/],
  ])("%j is refused", async (more, message) => {
    const { code, stderr } = await evanesce([...args, ...more]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
