import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { flowToText } from "../../src/report/index.ts";

const root = fileURLToPath(new URL("../../src/", import.meta.url));

describe("one quantity is printed one way", () => {
  it("a gain of thousands of nats reads the same in the summary, the causes and the ledger", () => {
    const flow = propagate({
      network: { kind: "recurrent", cell: "sigmoid", hidden: 8 },
      task: { name: "adding", steps: 2000 },
      batch: 4,
      seed: 1,
    });
    const diagnosis = diagnose(flow);
    const text = flowToText(flow, diagnosis, { width: 400, color: false });
    const thousands = [...text.matchAll(/−[\d.,]+(?= nats)/g)].map(([number]) => number);
    expect(thousands.length).toBeGreaterThan(2);
    expect(thousands.filter((number) => /\d{4}/.test(number))).toEqual([]); // none without its separator
    expect(diagnosis.summary).not.toMatch(/10\^/);
  });

  it("only the formatter writes numbers into sentences about gradients", () => {
    const own = readdirSync(root, { recursive: true, encoding: "utf8" })
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => /^(diagnosis|monitor|training|metrics)\/.*\.ts$/.test(file))
      .filter((file) =>
        /\.(toPrecision|toFixed|toExponential|toLocaleString)\(/.test(readFileSync(join(root, file), "utf8")),
      );
    expect(own).toEqual([]);
  });
});
