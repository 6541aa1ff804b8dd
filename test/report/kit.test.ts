/** The kit: escaped markup, hashes of the page's policy, control characters kept from terminals, ids, smoothing. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { figureId } from "../../src/report/kit/figure/figure-id.ts";
import { smooth } from "../../src/report/kit/figure/smooth.ts";
import { sectionIds } from "../../src/report/kit/html/section-ids.ts";
import { sha256 } from "../../src/report/kit/html/sha256.ts";
import { jsonScript, Markup, markup, rawText } from "../../src/report/kit/markup.ts";
import { printable, terminalText } from "../../src/report/kit/terminal/printable.ts";

describe("markup", () => {
  it("escapes text, joins lists, leaves out what is not there, keeps markup", () => {
    const cell = markup`<b title="${`"'`}">${"<&>"}</b>`;
    expect(markup`<p>${[cell, undefined, false, 3]}</p>`.toString()).toBe(
      '<p><b title="&#34;&#39;">&#60;&#38;&#62;</b>3</p>',
    );
  });

  it("comes from its tag alone", () => {
    expect(() => new Markup(Symbol("markup") as never, "<script>")).toThrow(TypeError);
    expect(() => rawText("</script>")).toThrow(TypeError);
    expect(jsonScript({ a: "</script>\u202e" }).toString()).toBe('{"a":"\\u003c/script>\ufffd"}');
  });

  it("is written nowhere else in the reports", () => {
    const folder = new URL("../../src/report/", import.meta.url).pathname;
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const writers = files.filter((file) =>
      /(?<!markup)`\s*<\/?[a-z][a-z0-9]*[\s>/]/.test(
        readFileSync(folder + file, "utf8").replace(/\/\*[\s\S]*?\*\//g, ""),
      ),
    );
    expect(writers).toEqual([]);
  });
});

describe("sha256", () => {
  it("is Node's, over every remainder of a block", () => {
    for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000]) {
      const text = "aé≥".repeat(length).slice(0, length);
      expect(sha256(text), `${length}`).toBe(createHash("sha256").update(text).digest("base64"));
    }
  });
});

describe("a terminal", () => {
  it("is shown what it would obey", () => {
    expect(printable("a\u001b[2J\u009b\u202e\n\t")).toBe("a\\u001b[2J\\u009b\\u202e\\n\\t");
  });

  it("gets our own styles and line ends, and no other sequence", () => {
    const own = "\u001b[1;31mVANISHING\u001b[0m\n\r\u001b[2K";
    expect(terminalText(own)).toBe(own);
    expect(terminalText("\u001b]0;title\u0007\u001b[8mhidden")).toBe("\\u001b]0;title\\u0007\\u001b[8mhidden");
  });
});

it("figures' ids name files of their own folder; sections' ids differ", () => {
  expect(figureId("../../Evil\u0000_l0")).toBe("evil-l0");
  expect(figureId("…")).toBe("figure");
  const ids = sectionIds(["Loss", "Loss", "…", "Terms"]);
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
});

it("a smooth line is the running mean: of the values, where it is given their logarithms", () => {
  expect(smooth(new Float64Array(39), "linear")).toBeUndefined();
  const values = Float64Array.from({ length: 100 }, (_, i) => 1 + (i % 2));
  const linear = smooth(values, "linear") as Float64Array;
  expect(linear[50]).toBeCloseTo((values[48] + values[49] + values[50] + values[51] + values[52]) / 5, 12);
  const logs = smooth(values.map(Math.log), "decades") as Float64Array;
  for (const i of [0, 1, 50, 99]) expect(Math.exp(logs[i])).toBeCloseTo(linear[i], 12);
});
