import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GRADIENT, LAYER, STREAM, TIME_PASS } from "../../../src/wasm/records.ts";

const source = readFileSync(new URL("../../../assembly/records/pass.ts", import.meta.url), "utf8");

/** The fields of one class of the core, in order. */
function fields(name: string): string[] {
  const body = new RegExp(`class ${name} \\{([^}]*)\\}`).exec(source)![1];
  return [...body.matchAll(/^ {2}(\w+): (?:i32|usize|f32);/gm)].map(([, field]) => field);
}

describe("the host writes a record field by field as the core reads it", () => {
  for (const [name, host] of Object.entries({
    Layer: LAYER,
    Gradient: GRADIENT,
    Stream: STREAM,
    TimePass: TIME_PASS,
  })) {
    it(name, () => expect(fields(name)).toEqual([...host]));
  }
});
