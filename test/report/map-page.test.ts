/** A phase map's page in a browser: the report of a cell, chosen by mouse and by keyboard, on maps small and large. */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportToHtml } from "../../src/report/kit/html/page.ts";
import { pageOf } from "../../src/report/registry.ts";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { phaseMap } from "../../src/sweeps/phase-map.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import type { SweptCell } from "../../src/sweeps/run-sweep.ts";
import { CHROMIUM, hasChromium, launch, PATIENCE_MS } from "../package/browser.ts";
import { workspace } from "../cli/command.ts";

const files = workspace();
afterAll(() => files.remove());

/** A map of gains × biases. Every cell has the numbers of the first one but its own loss, which is its index. */
function mapOf(gains: number, biases: number) {
  const cells = cellsOf(
    parseMap({
      base: { network: { kind: "feedforward", width: 4, depth: 3, init: { weight: "gaussian" } }, batch: 2 },
      axes: [
        { key: "init.gain", from: 1, to: gains, count: gains },
        { key: "init.biasStd", from: 1, to: biases, count: biases },
      ],
    }),
  );
  const result = measureCellAtOnce(cells[0]);
  const swept = cells.map(
    (cell, index): SweptCell => ({
      cell,
      end: { result: { ...result, start: { ...result.start, loss: index } } },
      index,
      count: cells.length,
      kept: false,
    }),
  );
  return phaseMap(swept, { x: "init.gain", y: "init.biasStd", value: "loss" });
}

describe.skipIf(!hasChromium)(`a map's page in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1000, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
  });
  afterAll(() => browser?.close());

  it.each([
    { gains: 3, biases: 2 },
    { gains: 60, biases: 50 },
  ])("shows the report of a cell of $gains × $biases by keyboard and by mouse", async ({ gains, biases }) => {
    const result = mapOf(gains, biases);
    const path = files.path(`map-${gains}.html`);
    writeFileSync(path, reportToHtml(pageOf({ schema: "evanesce.map/1", result, command: "evanesce sweep map.json" })));
    await page.goto(pathToFileURL(path).href);
    const chart = page.locator("figure .chart").first();
    const report = page.locator("figure .cell");
    const lossOf = async () => {
      const text = await report.locator("dt", { hasText: "loss" }).first().locator("xpath=../dd").innerText();
      return Number(text.replace(",", ""));
    };
    const { places } = result.panels[0];

    await chart.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect(await report.locator("h3").innerText()).toBe("init.gain 2, init.biasStd 2");
    expect(await lossOf()).toBe(places[1][1]?.value);
    expect(await report.locator("code").innerText()).toContain(`--cell '${places[1][1]?.id}'`);

    const svg = chart.locator("> svg").first();
    const [left, right, top, bottom] = await svg.evaluate((drawn) =>
      ((drawn as unknown as SVGElement).dataset.plot ?? "").split(" ").map(Number),
    );
    const box = (await svg.boundingBox()) ?? { x: 0, y: 0 };
    const [across, down] = [(right - left) * (1 - 0.5 / gains), (bottom - top) * (0.5 / biases)];
    await page.mouse.click(box.x + left + across, box.y + top + down); // the last cell of both axes
    expect(await report.locator("h3").innerText()).toBe(`init.gain ${gains}, init.biasStd ${biases}`);
    expect(await lossOf()).toBe(gains * biases - 1);
  });
});
