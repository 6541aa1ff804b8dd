import { describe, expect, it } from "vitest";
import { flowToLine, flowToText } from "../../src/report/index.ts";
import { describeNetwork } from "../../src/report/kit/describe.ts";
import { visible } from "../../src/report/kit/terminal/layout.ts";
import { diagnosed, flowOf, flows, line } from "./flows.ts";

const all = Object.entries(flows());
const widths = [60, 61, 80, 113, 200];

describe("the report in a terminal", () => {
  it.each(all)("no line of a %s flow is wider than the terminal", (_, flow) => {
    for (const width of widths) {
      for (const options of [{ width }, { width, color: true }, { width, ascii: true }]) {
        const text = flowToText(flow, diagnosed(flow), options);
        for (const each of text.split("\n")) expect(visible(each), each).toBeLessThanOrEqual(width);
      }
    }
  });

  it.each(all)("a %s flow has no color unless asked for, and nothing beyond ASCII where asked", (_, flow) => {
    expect(flowToText(flow, diagnosed(flow))).not.toContain("\u001b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the claim
    expect(flowToText(flow, diagnosed(flow), { ascii: true })).toMatch(/^[\x00-\x7f]*$/);
    expect(flowToText(flow, diagnosed(flow), { ascii: true })).not.toContain("?|");
  });

  it.each(all)("of a %s flow the verdict, its causes and the advice come first, together", (_, flow) => {
    const diagnosis = diagnosed(flow);
    const text = flowToText(flow, diagnosis, { width: 200 });
    expect(text.split("\n")[0]).toBe(diagnosis.verdict.toUpperCase());
    const said = [
      ...diagnosis.causes.map(({ sentence }) => sentence),
      ...diagnosis.advice.flatMap(({ sentence, options }) => [
        `→ ${sentence}`,
        ...(options.length === 0 ? [] : [`Try: ${options.join(" ")}`]),
      ]),
      describeNetwork(flow),
    ];
    const words = text.split(/\s+/).join(" ");
    const places = said.map((part) => words.indexOf(part.split(/\s+/).join(" ")));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("color changes nothing but color", () => {
    for (const [, flow] of all) {
      const plain = flowToText(flow, diagnosed(flow));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are escape sequences
      expect(flowToText(flow, diagnosed(flow), { color: true }).replace(/\u001b\[[\d;]*m/g, "")).toBe(plain);
    }
  });

  it("clamps its width to 60 … 200", () => {
    const flow = flows().vanishing;
    expect(flowToText(flow, diagnosed(flow), { width: 10 })).toBe(flowToText(flow, diagnosed(flow), { width: 60 }));
    expect(flowToText(flow, diagnosed(flow), { width: 999 })).toBe(flowToText(flow, diagnosed(flow), { width: 200 }));
  });

  it("sums the ledger's bars to the whole", () => {
    const text = flowToText(flows().vanishing, diagnosed(flows().vanishing));
    expect(text).toMatch(/Ledger {7}loss: −499.5 nats from step 999 back to 0/);
    expect(text).toMatch(/ {2}gate +█+[▏▎▍▌▋▊▉]? +−299.7 nats +60 %/);
    expect(text).toMatch(/ {2}weights +█+[▏▎▍▌▋▊▉]? +−199.8 nats +40 %/);
  });

  it("puts a verdict in one line", () => {
    const flow = flowOf(line(100, -1));
    expect(flowToLine(diagnosed(flow)).split("\n")).toHaveLength(2);
    expect(flowToLine(diagnosed(flow))).toMatch(/^vanishing: /);
  });
});
