/** Options are declared once: what a declaration gives, and which declarations are refused. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { RECURRENT } from "../../src/cli/networks/recurrent.ts";
import { FEEDFORWARD } from "../../src/cli/networks/feedforward.ts";
import {
  filled,
  group,
  groupThatFills,
  handOver,
  keyOf,
  namesByField,
  nothingLeft,
  option,
  optionWithDefault,
  type ValuesOf,
} from "../../src/cli/options/option.ts";
import { real, whole } from "../../src/cli/options/parsers.ts";

const GROUP = group("Some", [
  option("--input-init <name>", "a word"),
  option("--gain <g>", "a number", { parse: real, fills: "network.init.gain" }),
  option("--spectrum [W]", "a number or none", { parse: whole(1) }),
  option("-q, --quiet", "a switch"),
  option("--no-color", "a switch that is on"),
  option("--only <ids...>", "words"),
  optionWithDefault("--seed <n>", "a number that is always there", 0, { parse: whole() }),
]);
type Values = ValuesOf<typeof GROUP>;

describe("a declaration", () => {
  it("gives the key and the type of its value", () => {
    expect(GROUP.options.map(keyOf)).toEqual(["inputInit", "gain", "spectrum", "quiet", "color", "only", "seed"]);
    expectTypeOf<Values>().toEqualTypeOf<{
      readonly inputInit: string | undefined;
      readonly gain: number | undefined;
      readonly spectrum: number | true | undefined;
      readonly quiet: true | undefined;
      readonly color: boolean;
      readonly only: string[] | undefined;
      readonly seed: number;
    }>();
  });

  it("sets the field it fills, and names itself for that field", () => {
    expect(filled("network", GROUP.options, { gain: 2, seed: 3, quiet: true })).toEqual({ init: { gain: 2 } });
    expect(namesByField(GROUP.options)).toEqual({ "network.init.gain": "--gain" });
  });

  it("of a network fills a field", () => {
    for (const { options } of [RECURRENT, FEEDFORWARD]) {
      for (const { flags, fills } of options) expect([fills].flat()[0], flags).toMatch(/^network\./);
    }
  });
});

it("a command that takes an option and ignores it does not compile", () => {
  expectTypeOf(nothingLeft).toBeCallableWith({});
  // compiled, not called: `tsc` fails where one of these is no type error any more
  const typeErrors = (values: Values) => {
    const { seed, ...others } = values;
    const { gain, ...more } = others;
    // @ts-expect-error all but seed and gain are left
    nothingLeft(more);
    // @ts-expect-error the library has no such key
    handOver<{ gain?: number }>().of({ gian: gain ?? seed });
    // @ts-expect-error the option fills nothing
    groupThatFills<{ gain: number }, "network">()("Network", [option("--gain <g>", "a number", { parse: real })]);
    groupThatFills<{ gain: number }, "network">()("Network", [
      // @ts-expect-error the spec has no such field
      option("--gain <g>", "a number", { parse: real, fills: "network.gian" }),
    ]);
  };
  expect(typeErrors).toBeTypeOf("function");
});
