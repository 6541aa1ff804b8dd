/** The page: one file, whole, small, and valid. */
import { describe, expect, it } from "vitest";
import { flowToJson } from "../../src/report/index.ts";
import { flowReport, reportToHtml } from "../../src/report/pages.ts";
import { diagnosed, evenLedger, flowOf, flows, line } from "./flows.ts";
import { unbroken } from "./words.ts";

const pageOf = (flow: ReturnType<typeof flowOf>) =>
  reportToHtml(flowReport({ flow, diagnosis: diagnosed(flow), extras: { command: "evanesce rnn --hidden 8" } }));

const VOID = new Set(["meta", "link", "br", "hr", "img", "input"]);

/** Every tag that opens closes, in order; elements of SVG may close themselves. */
function unbalanced(html: string): string | undefined {
  const open: string[] = [];
  const bare = html.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, "").replace(/<!doctype html>/, "");
  for (const [whole, slash, name] of bare.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:"[^"]*"|[^">])*>/gi)) {
    if (slash === "/") {
      if (open.pop() !== name) return whole;
    } else if (!VOID.has(name) && !whole.endsWith("/>")) open.push(name);
  }
  return open.at(-1);
}

describe("the page of a flow", () => {
  it.each(Object.entries(flows()))("%s is valid, below 1 MB and needs nothing from elsewhere", (_, flow) => {
    const html = pageOf(flow);
    expect(unbalanced(html)).toBeUndefined();
    expect(new TextEncoder().encode(html).length).toBeLessThan(1_000_000);
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|\bsrc=|@import|url\(/);
    expect(html.indexOf(diagnosed(flow).summary.slice(0, 20))).toBeLessThan(html.indexOf("<figure"));
    expect(unbroken(html)).toContain("evanesce rnn --hidden 8");
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("of 100,000 steps stays below 1 MB, its numbers thinned", () => {
    const profile = line(100_000, -0.5);
    const flow = flowOf(profile, {
      layers: [{ lnGradientNorm: profile, ledger: evenLedger(100_000, { gate: -0.3, weights: -0.2 }) }],
      contributions: [profile],
    });
    const html = pageOf(flow);
    expect(html.length).toBeLessThan(1_000_000);
    expect(html).toContain('download="gradient-profile.csv"');
    expect(html).not.toContain('download="result.json"');
  });

  it("carries the whole result where there is room", () => {
    const flow = flows().vanishing;
    const [, address] = /download="result\.json" href="([^"]+)"/.exec(pageOf(flow)) ?? [];
    const text = decodeURIComponent(address.slice(address.indexOf(",") + 1));
    expect(JSON.parse(text)).toEqual(
      JSON.parse(JSON.stringify(flowToJson(flow, diagnosed(flow), { command: "evanesce rnn --hidden 8" }))),
    );
  });

  it("writes nothing of a name as markup", () => {
    const flow = flowOf(line(20, -1), {
      parameters: [{ name: `<img src=x onerror="alert(1)">`, shape: [1], lnGradientNorm: 0, lnNorm: 0 }],
    });
    const html = pageOf(flow);
    expect(html).not.toContain("<img");
    expect(unbalanced(html)).toBeUndefined();
  });
});
