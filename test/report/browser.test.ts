/** The pages in a real browser: every figure drawn at every width, light and dark, nothing loaded, nothing complained of. */
import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evanesce, workspace } from "../cli/command.ts";
import { CHROMIUM, hasChromium, launch, PATIENCE_MS } from "../package/browser.ts";

const files = workspace();
afterAll(() => files.remove());

const PAGES: Readonly<Record<string, readonly string[]>> = {
  stack: [
    ...["rnn", "--cell", "lstm", "--layers", "2", "--hidden", "8", "--task", "copy", "--steps", "20", "--batch", "4"],
    ...["--credit", "--truncate", "5", "--spectrum", "10", "--histogram"],
  ],
  deep: ["mlp", "--depth", "20", "--width", "16", "--activation", "relu"],
  dead: ["rnn", "--init", "zeros", "--steps", "30", "--hidden", "8"],
  deep_statistics: ["mlp", "--depth", "40", "--width", "8", "--noise", "--histogram", "--learning-rate", "0.01"],
  nonfinite: ["rnn", "--cell", "relu", "--gain", "50", "--steps", "60", "--hidden", "8"],
  trained: [
    ...["train", "--depth", "8", "--width", "8", "--task", "spirals", "--updates", "30", "--clip-norm", "0.1"],
    ...["--gsnr-every", "10", "--saturation-every", "10", "--validation", "0.2"],
  ],
  prescribed: [
    ...["prescribe", "--depth", "12", "--width", "8", "--activation", "sigmoid", "--batch", "4", "--seeds", "2"],
    ...["--remedies", "relu,residual,layer_norm", "--verify", "10"],
  ],
  predicted: ["predict", "--depth", "50", "--activation", "sigmoid"],
  claimed: ["claims", "--only", "small-derivatives-multiply"],
  compared: ["rnn", "--compare", "tanh,gru", "--steps", "60", "--hidden", "8"],
};

describe.skipIf(!hasChromium)(`pages in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  let browser: Browser;
  let page: Page; // one for all: to open another takes longer than all that is asked of it
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) complaints.push(request.url());
    });
    for (const [name, args] of Object.entries(PAGES)) {
      const { code, stderr } = await evanesce([...args, "--quiet", "--html", files.path(`${name}.html`)]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(statSync(files.path(`${name}.html`)).size).toBeLessThan(1_000_000);
    }
  });
  afterAll(() => browser?.close());

  it.each(Object.keys(PAGES))(
    "%s: every figure is drawn at 360, 820 and 1400 pixels, in light and in dark",
    async (name) => {
      await page.goto(pathToFileURL(files.path(`${name}.html`)).href);
      for (const [width, colorScheme] of [
        [360, "dark"],
        [820, "light"],
        [1400, "light"],
        [1400, "dark"],
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        const seen = await page.evaluate(() => {
          const drawings = Array.from(document.querySelectorAll(".chart > svg"), (svg) => ({
            box: svg.getBoundingClientRect(),
            // what is drawn, labels apart
            marks: Array.from(svg.querySelectorAll(".mark"), (mark) => (mark as SVGGElement).getBBox()),
          }));
          return {
            wide: document.documentElement.scrollWidth,
            figures: document.querySelectorAll("figure").length,
            shown: drawings
              .filter(({ box }) => box.width > 0)
              .map(({ box, marks }) => ({
                right: box.right,
                height: box.height,
                drawn: marks.some((mark) => mark.width > 0 && mark.height > 0),
              })),
          };
        });
        expect(seen.wide).toBeLessThanOrEqual(width);
        expect(seen.figures).toBeGreaterThan(0);
        expect(seen.shown).toHaveLength(seen.figures);
        for (const { right, height, drawn } of seen.shown) {
          expect(right).toBeLessThanOrEqual(width);
          expect(height).toBeGreaterThan(60);
          expect(drawn).toBe(true);
        }
      }
      expect(complaints).toEqual([]);
    },
  );

  it("says the numbers under the pointer", async () => {
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.goto(pathToFileURL(files.path("deep.html")).href);
    const box = await page.locator("#gradient-profile .chart > svg").boundingBox();
    if (box === null) throw new Error("no figure");
    await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2);
    const tip = await page.locator("#gradient-profile .tip").innerText();
    expect(tip).toMatch(/^layer l 19\n/);
    expect(tip).toMatch(/‖∂L\/∂h_l‖ {1,2}[\d.e-]+/);
    await page.mouse.move(2, 2);
    expect(await page.locator(".tip").count()).toBe(0);
  });

  it("says them of a map's rows, of remedies and of named places too", async () => {
    const tipAt = async (file: string, figure: string, [across, up]: readonly [number, number]) => {
      await page.goto(pathToFileURL(files.path(`${file}.html`)).href);
      const plot = await page.locator(`#${figure} .chart > svg`).evaluate((svg: SVGSVGElement) => {
        const [left, right, top, bottom] = (svg.dataset.plot ?? "").split(" ").map(Number);
        const box = svg.getBoundingClientRect();
        svg.scrollIntoView({ block: "center" });
        const { x, y } = svg.getBoundingClientRect();
        const scale = box.width / svg.viewBox.baseVal.width;
        return { left: x + left * scale, right: x + right * scale, top: y + top * scale, bottom: y + bottom * scale };
      });
      await page.mouse.move(plot.left + across * (plot.right - plot.left), plot.bottom - up * (plot.bottom - plot.top));
      return page.locator(`#${figure} .tip`).innerText();
    };
    await page.setViewportSize({ width: 1400, height: 900 });
    expect(await tipAt("trained", "gradients-map", [0.99, 0.01])).toMatch(
      /^layers\.0\.weight, traced update 29\n‖∂L\/∂θ‖ {1,2}[\d.e-]+$/,
    );
    expect(await tipAt("prescribed", "remedies", [0.5, 0.99])).toMatch(
      /^as it is\ngain {1,2}−[\d.]+ \[−[\d.]+, −[\d.]+\]$/,
    );
    expect(await tipAt("deep_statistics", "gsnr", [0.01, 0.5])).toMatch(/^layer layers\.0\nmedian GSNR {1,2}[\d.e-]+$/);
  });

  it("prints light, on one column of paper", async () => {
    await page.goto(pathToFileURL(files.path("stack.html")).href);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe("rgb(255, 255, 255)");
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    const folded = () => page.locator("details:not([open])").count();
    const before = await folded();
    expect(before).toBeGreaterThan(0);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await folded()).toBe(0);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    expect(await folded()).toBe(before);
  });
});
