import { lossFacts } from "../../catalogue/index.ts";
import { lossNumber } from "../loss.ts";
import type { RecordHome } from "../image.ts";
import { HEADROOM } from "../generated/constants.ts";
import { LOSS_KIND, OPERATION_KIND } from "../generated/kinds.ts";
import { DEPTH_PASS, OPERATION, VALUE } from "../generated/records.ts";
import { bytesOfRecord, writeRecord } from "../records.ts";
import { type DepthShape, panelsOfAll } from "./plan.ts";
import { CONCATENATION, type Rows, type Tape, type TapeOperation, type TapeValue } from "./tape.ts";

/** Writes a tape's records into the arena planned for it. */
export function bindTape(arena: RecordHome, shape: DepthShape, tape: Tape): void {
  const at = (name: string) => arena.address(name);
  const places = new Map<TapeValue, number>();
  const values = arena.i32("values");
  const valueAt = (value: TapeValue | null): number => {
    if (value === null) return 0;
    let index = places.get(value);
    if (index === undefined) {
      index = places.size;
      places.set(value, index);
      writeRecord(values, index, VALUE, {
        rows: value.rows,
        data: addressOf(arena, value.data),
        stride: value.data.stride,
        gradient: value.gradient === null ? 0 : addressOf(arena, value.gradient),
        gradientStride: value.gradient?.stride ?? 0,
        exponents: value.gradient === null ? 0 : framesOf(value),
      });
    }
    return at("values") + index * bytesOfRecord(VALUE);
  };
  const frameBytes = Math.ceil(shape.B / 8) * 32;
  // the frames of a concatenation's stations stand one after the other
  const framesOf = (value: TapeValue): number => {
    const tensor = (value.gradient as Rows).tensor;
    const station = tensor === CONCATENATION ? Math.max(tape.stations.indexOf(value), 0) : 0;
    return at(`${tensor}.exponents`) + station * frameBytes;
  };
  if (tape.tensors.has(CONCATENATION)) arena.i32("partSizes").set(tape.stations.map(({ rows }) => rows));
  const merges = mergingOperations(tape);
  const slot = (index: number) => (shape.options.ledger ? index : -1);
  tape.operations.forEach((operation, i) => {
    writeRecord(arena.i32("operations"), i, OPERATION, {
      code: OPERATION_KIND[operation.code],
      kind: operation.kind,
      x: valueAt(operation.x),
      y: valueAt(operation.y),
      z: valueAt(operation.z),
      out: valueAt(operation.out),
      xMerges: merges.has(operation) ? 1 : 0,
      weight: operation.weight === null ? 0 : at(operation.weight),
      bias: operation.bias === null ? 0 : at(operation.bias),
      weightGradient: operation.weight === null ? 0 : at(`grad:${i}.weight`),
      biasGradient: operation.bias === null ? 0 : at(`grad:${i}.bias`),
      gradientExponent: at("gradientExponents") + i * 16,
      tape: at(`tape:${i}`),
      statistics: at(`statistics:${i}`),
      factor: operation.factor,
      outSlot: operation.outSlot,
      xSlot: operation === tape.operations[0] ? operation.xSlot : slot(operation.xSlot), // the slot of the norm of ∂L/∂x
      ySlot: slot(operation.ySlot),
      zSlot: -1,
      partSlot: slot(operation.partSlot),
      priorSlot: slot(operation.priorSlot),
      partFrom: operation.partFrom,
      partRows: operation.partRows,
      parts: partsOf(tape, operation),
      partSizes: at("partSizes"),
      partFrames: frameBytes,
      kept: at(`kept:${i}`),
      keptExponents: at(`kept:${i}.exponents`),
      tiles: at(`tiles:${i}`),
      backTiles: at(`backTiles:${i}`),
    });
  });
  writeRecord(arena.i32("pass"), 0, DEPTH_PASS, {
    batch: shape.B,
    panels: Math.ceil(shape.B / 8),
    firstPanel: 0,
    allPanels: panelsOfAll(shape),
    allSamples: shape.meanOver ?? shape.B,
    partials: at("partials"),
    operations: tape.operations.length,
    operationRecords: at("operations"),
    streams: shape.options.probe ? 2 : 1,
    squares: at("squares"),
    exponents: at("exponents"),
    slots: tape.slots,
    entries: at("entries"),
    magnitudes: at("magnitudes"),
    stations: tape.stations.length,
    top: valueAt(tape.stations.at(-1) as TapeValue),
    output: valueAt(tape.output),
    lossFrom: tape.lossFrom,
    loss: LOSS_KIND[shape.loss],
    lossScale: meanScale(shape, tape),
    lossWeights: at("lossWeights"),
    lossNumber: lossNumber(shape),
    targets: at("targets"),
    losses: at("losses"),
    hits: at("hits"),
    outputSlot: tape.outputSlot,
    cotangent: at("cotangent"),
    headroom: HEADROOM,
    lifted: 0,
    samples: at("samples"),
    seeds: at("maskSeeds"),
    masks: at("masks"),
    scratch: at("scratch"),
  });
}

/** How many stations an operation reads as one concatenation; 0 if it reads a single value. */
function partsOf({ stations }: Tape, { x }: TapeOperation): number {
  if (x.gradient?.tensor !== CONCATENATION || stations.includes(x)) return 0;
  let parts = 0;
  for (let rows = 0; rows < x.rows; parts++) rows += stations[parts].rows;
  return parts;
}

/** The address of the first row. */
export const addressOf = (arena: Pick<RecordHome, "address">, rows: Rows): number =>
  arena.address(rows.tensor) + rows.first * 32;

/** ∂(mean loss)/∂(summed loss): PyTorch's reduction="mean". */
export const meanScale = ({ B, meanOver = B, loss }: DepthShape, tape: Tape): number =>
  1 / (meanOver * (lossFacts(loss).meanOverOutputs ? tape.output.rows : 1));

/**
 * The operations whose contribution to a station's gradient is not the first in the backward pass: the first is
 * written, others are merged.
 */
function mergingOperations(tape: Tape): Set<TapeOperation> {
  const arrived = new Set<string>();
  const merging = new Set<TapeOperation>();
  const isStation = new Set(tape.stations);
  for (const operation of tape.operations.toReversed()) {
    const rows = operation.x.gradient;
    if (rows === null || rows.of !== "station") continue; // each inner value of a series has one reader
    const key =
      rows.tensor === CONCATENATION && !isStation.has(operation.x)
        ? "every earlier station"
        : `${rows.tensor} ${rows.first}`;
    if (arrived.has(key)) merging.add(operation);
    arrived.add(key);
  }
  return merging;
}
