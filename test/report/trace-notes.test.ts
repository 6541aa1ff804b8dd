import { expect, it } from "vitest";
import { traceToText } from "../../src/report/trace/text.ts";
import { train } from "../../src/training/index.ts";

it("a training report says each note on its data once", async () => {
  const bytes = `a,y\n${Array.from({ length: 60 }, (_, n) => `${n % 7},${n % 2}`).join("\n")}\n`;
  const network = { kind: "feedforward", depth: 1, width: 4 } as const;
  const trace = await train({ network, task: { name: "csv", bytes }, steps: 2, batch: 8 }).result;
  expect(trace.notes?.length).toBeGreaterThan(0);
  const text = traceToText(trace).replace(/\s+/g, " ");
  for (const note of trace.notes ?? []) expect(text.split(note)).toHaveLength(2);
});
