/**
 * Every unusual table gives the expected result: it is read, read with a note, or refused with the place and the
 * remedy.
 */
import { expect, test } from "vitest";
import { prepareTask } from "../../../src/tasks/index.ts";
import { refusal } from "../helpers.ts";
import { ODD_TABLES, type OddTable } from "./odd-tables.ts";

const prepared = ({ file, kind, options }: OddTable) =>
  prepareTask(
    { name: "csv", bytes: file, file: "t.csv", ...(kind === "sequence" ? { steps: 10 } : {}), ...options },
    kind === "sequence" ? "recurrent" : "feedforward",
  );

test.each(ODD_TABLES)("$name", (table) => {
  if (table.refused !== undefined) {
    expect(refusal(() => prepared(table)).message).toMatch(table.refused);
    return;
  }
  const sampler = prepared(table);
  const { size } = sampler.data!;
  const batch = sampler({ batch: Math.min(7, size), seed: 1 });
  for (const note of table.says ?? []) expect(batch.notes).toContainEqual(expect.stringMatching(note));
  if (table.sizes !== undefined) expect([batch.inputSize, batch.outputSize]).toEqual(table.sizes);
  if (table.examples !== undefined) expect(size).toBe(table.examples);
  expect(batch.inputs.every(Number.isFinite)).toBe(true);
  expect([...batch.targets!].every(Number.isFinite)).toBe(true);
});
