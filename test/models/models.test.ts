/**
 * A model read from its file has the gradients its own framework computes.
 */
import { describe, expect, it } from "vitest";
import { errors, goldens, read } from "./golden.ts";

describe("models of other frameworks", () => {
  it.each(goldens().map((entry) => [entry.file, entry.about, entry] as const))("%s: %s", async (_, __, entry) => {
    const model = await read(entry);
    expect(model.spec).toMatchObject(entry.spec);
    for (const words of entry.notes) expect(model.notes.join(" ")).toContain(words);
    for (const [name, error] of Object.entries(errors(model, entry))) expect(error, name).toBeLessThanOrEqual(2e-4);
    expect(Object.keys(entry.gradients).length).toBeGreaterThan(0);
  });

  it("are at least 40", () => expect(goldens().length).toBeGreaterThanOrEqual(40));
});
