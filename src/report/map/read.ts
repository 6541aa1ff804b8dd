import type { PhaseMap } from "../../sweeps/phase-map.ts";
import { MEASURED, type MeasuredName } from "../../sweeps/rows.ts";
import {
  anything,
  list,
  named,
  nullable,
  number,
  numbers,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  whole,
} from "../kit/read/shapes.ts";

const axis = record({ key: text, values: list(anything) });
const segments = list(numbers);
const place = record({
  value: number,
  low: number,
  high: number,
  count: whole,
  failed: whole,
  verdicts: named(whole),
  causes: named(whole),
  reasons: named(whole),
  means: named(number),
  id: text,
  profile: optional(numbers),
  page: optional(text),
});

/** Reads `evanesce.map/1` from JSON. @throws EvanesceError that names the field that is missing or wrong */
export const readMap = record({
  schema: oneOf("evanesce.map/1"),
  source: nullable(text),
  value: record({ name: oneOf(...(Object.keys(MEASURED) as MeasuredName[])), label: text }),
  x: axis,
  y: nullable(axis),
  panelsOf: nullable(text),
  panels: list(
    record({
      of: anything,
      places: list(list(nullable(place))),
      contours: list(record({ level: number, segments })),
      theory: segments,
    }),
  ),
  theory: nullable(text),
  cells: whole,
  failed: whole,
}) as unknown as Shape<PhaseMap>;
