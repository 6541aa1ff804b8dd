import type { HalfFlow } from "../../../flow/index.ts";
import { list, number, numbers, oneOf, optional, record, series, type Shape, text } from "../../kit/read/shapes.ts";

const shares = { lost: number, subnormal: number, overflow: number };
const view = record({
  ...shares,
  stations: record({ lost: series, subnormal: series, overflow: series }),
  parameters: list(record({ name: text, ...shares })),
});

/** Reads how much of a gradient half precision would keep. */
export const readHalf = record({
  edges: optional(numbers),
  formats: list(
    record({
      format: oneOf("float16", "bfloat16"),
      lossScale: number,
      leastScale: number,
      mostScale: number,
      unscaled: view,
      scaled: view,
    }),
  ),
}) as Shape<HalfFlow>;
