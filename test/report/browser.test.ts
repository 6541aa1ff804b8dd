/**
 * The pages in a real browser: every figure is drawn at every width, light and dark, without a request and without an
 * error.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evanesce, workspace } from "../cli/command.ts";
import { CHROMIUM, hasChromium, launch, PATIENCE_MS } from "../package/browser.ts";

const files = workspace();
afterAll(() => files.remove());

/** axe-core as text: it runs by the debugger, as the page's policy lets no script in. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Axe {
  run(root: Document): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

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
  smoothed: [
    ...["train", "--depth", "3", "--width", "8", "--task", "spirals", "--updates", "60", "--validation", "0.2"],
    ...["--evaluate-every", "59"],
  ],
  predicted: ["predict", "--depth", "50", "--activation", "sigmoid"],
  claimed: ["claims", "--only", "small-derivatives-multiply", "--threads", "1"],
  compared: ["rnn", "--compare", "tanh,gru", "--steps", "60", "--hidden", "8"],
};

describe.skipIf(!hasChromium)(`pages in a browser (needs ${CHROMIUM}, or CHROMIUM_PATH)`, () => {
  let browser: Browser;
  let page: Page; // one for all tests, because opening one takes longer than all of them
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

  /** A figure is laid out anew with the next frame: before it, a drawing of 1400 pixels stands shrunk in 360. */
  const isLaidOut = () =>
    page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

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
        await isLaidOut();
        const seen = await page.evaluate(() => {
          const drawings = Array.from(document.querySelectorAll(".chart > svg"), (svg) => ({
            box: svg.getBoundingClientRect(),
            // what is drawn, labels apart
            marks: Array.from(svg.querySelectorAll(".mark"), (mark) => (mark as SVGGElement).getBBox()),
          }));
          return {
            wide: document.documentElement.scrollWidth,
            figures: document.querySelectorAll("figure").length,
            visible: drawings
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
        expect(seen.visible).toHaveLength(seen.figures);
        for (const { right, height, drawn } of seen.visible) {
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

  it.each(Object.keys(PAGES))("%s: axe finds nothing serious, in light, in dark and on a telephone", async (name) => {
    for (const [width, colorScheme] of [
      [1400, "light"],
      [1400, "dark"],
      [400, "light"],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.goto(pathToFileURL(files.path(`${name}.html`)).href);
      await page.evaluate(() => {
        for (const details of Array.from(document.querySelectorAll("details"))) details.open = true;
      });
      await page.evaluate(AXE); // not a script element, which the page's policy forbids
      const serious = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: Axe }).axe.run(document);
        return violations
          .filter(({ impact }) => impact === "serious" || impact === "critical")
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
      });
      expect(serious).toEqual([]);
    }
  });

  it("runs nothing but its own script, whatever else is in the page", async () => {
    const path = files.path("deep.html");
    const injected = readFileSync(path, "utf8").replace(
      "</main>",
      '<script>window.ran = 1</script><img src="data:," onerror="window.ran = 2"><style>body { opacity: 0.5 }</style></main>',
    );
    await page.goto(pathToFileURL(files.write("injected.html", injected)).href);
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => (window as unknown as { ran?: number }).ran)).toBeUndefined();
    expect(await page.evaluate(() => getComputedStyle(document.body).opacity)).toBe("1");
    expect(complaints.length).toBeGreaterThan(0); // the browser says what it has refused
    complaints.length = 0;
  });

  it("shows text of a hostile result as text", async () => {
    const { stdout } = await evanesce(["mlp", "--depth", "6", "--width", "8", "--noise", "--json"]);
    const result = JSON.parse(stdout);
    const evil = '<img src="data:," onerror="window.ran = 1"></script><script>window.ran = 2</script>';
    result.diagnosis.summary = evil;
    result.diagnosis.advice = [{ sentence: evil, options: [evil] }];
    result.task.name = evil;
    result.command = evil;
    for (const parameter of result.parameters) parameter.name = evil;
    for (const layer of result.noise.layers) layer.name = evil;
    const file = files.write("hostile.json", JSON.stringify(result));
    expect(await evanesce(["report", file, "-q", "--html", files.path("hostile.html")])).toMatchObject({ code: 0 });
    await page.goto(pathToFileURL(files.path("hostile.html")).href);
    await page.hover("#gradient-noise .chart > svg");
    expect(await page.locator(".summary").innerText()).toBe(evil);
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate(() => (window as unknown as { ran?: number }).ran)).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  describe("a figure", () => {
    const chart = (id: string) => page.locator(`#${id} .chart`);
    const ends = (id: string) =>
      page
        .locator(`#${id} .chart > svg`)
        .evaluate((svg) => ((svg as SVGElement).dataset.plot ?? "").split(" ").map(Number));
    const open = async (name: string) => {
      await page.setViewportSize({ width: 1400, height: 900 });
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(pathToFileURL(files.path(`${name}.html`)).href);
      await isLaidOut();
    };

    it("takes the width there is", async () => {
      await open("deep");
      const width = async () => (await page.locator("#ledger .chart > svg").boundingBox())?.width ?? 0;
      const wide = await width();
      expect(wide).toBeGreaterThan(900);
      await page.setViewportSize({ width: 400, height: 900 });
      await isLaidOut();
      expect(await width()).toBeLessThan(400);
      const labels = await page
        .locator("#ledger .ticks text")
        .evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect()));
      for (const { height } of labels) expect(height).toBeGreaterThan(9); // set anew, not shrunk
    });

    it("zooms by dragging, by its buttons and by its keys, and shows the whole again", async () => {
      await open("deep");
      const [left, right, top, bottom, , x0, x1, y0, y1] = await ends("gradient-profile");
      await page.locator("#gradient-profile figcaption").scrollIntoViewIfNeeded();
      const isWhole = async () => {
        const now = (await ends("gradient-profile")).slice(5);
        for (const [i, end] of [x0, x1, y0, y1].entries()) expect(now[i]).toBeCloseTo(end, 9);
      };
      const box = (await page.locator("#gradient-profile .chart > svg").boundingBox()) ?? { x: 0, y: 0 };
      const at = (across: number, down: number) =>
        [box.x + left + across * (right - left), box.y + top + down * (bottom - top)] as const;
      await page.mouse.move(...at(0.25, 0.2));
      await page.mouse.down();
      await page.mouse.move(...at(0.5, 0.5));
      await page.mouse.move(...at(0.75, 0.8));
      await page.mouse.up();
      const zoomed = await ends("gradient-profile");
      expect(zoomed[5]).toBeCloseTo(x0 + 0.25 * (x1 - x0), 0);
      expect(zoomed[6]).toBeCloseTo(x0 + 0.75 * (x1 - x0), 0);
      expect(zoomed[8] - zoomed[7]).toBeCloseTo(0.6 * (y1 - y0), 0);
      await page.getByRole("button", { name: "Show the whole figure: Gradient profile" }).click();
      await isWhole();
      await page.getByRole("button", { name: "Zoom in: Gradient profile" }).click();
      const half = await ends("gradient-profile");
      expect(half[6] - half[5]).toBeCloseTo((x1 - x0) / 2, 6);
      await chart("gradient-profile").press("0");
      await isWhole();
      await chart("gradient-profile").press("+");
      expect((await ends("gradient-profile"))[6]).toBeLessThan(x1);
    });

    it("reads its values to the keyboard", async () => {
      await open("deep");
      await chart("gradient-profile").focus();
      await page.keyboard.press("End");
      expect(await page.locator("#gradient-profile .spoken").innerText()).toMatch(
        /^layer l 19; ‖∂L\/∂h_l‖ {1,2}[\d.e-]+/,
      );
      await page.keyboard.press("ArrowLeft");
      expect(await page.locator("#gradient-profile .spoken").innerText()).toMatch(/^layer l 18; /);
      await page.keyboard.press("Tab");
      expect(await page.locator("#gradient-profile .tip").count()).toBe(0);
    });

    it("hides and shows a series by its entry in the legend", async () => {
      await open("deep");
      const drawn = () => page.locator("#gradient-profile .plot .mark.line:visible").count();
      const all = await drawn();
      const probe = page.locator("#gradient-profile .legend button", { hasText: "probe" });
      await probe.click();
      expect(await probe.getAttribute("aria-pressed")).toBe("false");
      expect(await drawn()).toBe(all - 1);
      await page.hover("#gradient-profile .chart > svg");
      expect(await page.locator("#gradient-profile .tip").innerText()).not.toContain("probe");
      await probe.click();
      expect(await drawn()).toBe(all);
    });

    it("smooths what is noisy, and shows it raw", async () => {
      await open("smoothed");
      const smooth = page.getByRole("button", { name: "Smoothing: Loss" });
      expect(await page.locator("#loss .smoothed").isVisible()).toBe(true);
      await smooth.click();
      expect(await page.locator("#loss .smoothed").isVisible()).toBe(false);
      expect(await page.locator("#loss .raw").evaluate((raw) => getComputedStyle(raw).strokeOpacity)).toBe("1");
    });

    it("says what was measured at some places only where it was measured", async () => {
      await open("smoothed");
      const [left, right] = await ends("loss");
      const box = (await page.locator("#loss .chart > svg").boundingBox()) ?? { x: 0, y: 0 };
      const tipAt = async (across: number) => {
        await page.mouse.move(box.x + left + across * (right - left), box.y + 80);
        return page.locator("#loss .tip").innerText();
      };
      expect(await tipAt(0.5)).not.toContain("validation");
      expect(await tipAt(0.98)).toContain("validation");
    });
  });

  it("has contents, sections to link to, and terms with their definitions", async () => {
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.goto(pathToFileURL(files.path("deep.html")).href);
    const broken = await page.evaluate(() =>
      Array.from(document.querySelectorAll('a[href^="#"]'), (link) => link.getAttribute("href") ?? "").filter(
        (href) => document.querySelector(href) === null,
      ),
    );
    expect(broken).toEqual([]);
    expect(await page.locator("nav li a").count()).toBe((await page.locator("section > h2").count()) + 0);
    const term = page.locator(".term").first();
    await term.focus();
    expect(await term.evaluate((link) => getComputedStyle(link, "::after").content)).toContain(
      await term.getAttribute("data-definition"),
    );
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
