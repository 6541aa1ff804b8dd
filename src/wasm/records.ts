/**
 * The records a pass reads, field by field in the order of `assembly/passes/records.ts`: four bytes each. A test compares both.
 */
export const LAYER = [
  "cell",
  "activation",
  "inputs",
  "hidden",
  "rows",
  "deltaRows",
  "hiddenAt",
  "forwardTiles",
  "bias",
  "hiddenTiles",
  "inputTiles",
  "states",
  "tape",
  "tapeRows",
  "checkpoints",
  "stateRows",
  "deltas",
  "deltaExponents",
  "gradient",
] as const;

export const GRADIENT = [
  "rows",
  "deltaRows",
  "hiddenAt",
  "inputs",
  "hidden",
  "block",
  "blockExponent",
  "blocks",
  "total",
  "totalExponent",
  "empty",
] as const;

export const STREAM = [
  "source",
  "weightGradients",
  "ledger",
  "cotangent",
  "carry",
  "carryExponents",
  "total",
  "gate",
  "carried",
  "injected",
  "exponents",
] as const;

export const TIME_PASS = [
  "steps",
  "batch",
  "panels",
  "layers",
  "hidden",
  "inputSize",
  "outputs",
  "chunk",
  "stored",
  "inFlight",
  "inputs",
  "targets",
  "loss",
  "lossEvery",
  "lossScale",
  "losses",
  "layerRecords",
  "streams",
  "streamRecords",
  "readoutTiles",
  "readoutBias",
  "readoutBack",
  "readoutGradient",
  "injection",
  "outputDeltas",
  "outputExponents",
  "outputSquares",
  "below",
  "belowExponents",
  "contributions",
  "contributionExponents",
  "scratch",
] as const;

/** Writes one record: every field named, none left out. */
export function writeRecord<Field extends string>(
  view: Int32Array,
  index: number,
  fields: readonly Field[],
  values: Readonly<Record<Field, number>>,
): void {
  fields.forEach((field, i) => {
    view[index * fields.length + i] = values[field];
  });
}

export const VALUE = ["rows", "data", "stride", "gradient", "gradientStride", "exponents"] as const;

export const OPERATION = [
  "code",
  "kind",
  "x",
  "y",
  "z",
  "out",
  "xMerges",
  "weight",
  "bias",
  "weightGradient",
  "biasGradient",
  "gradientExponent",
  "tape",
  "statistics",
  "factor",
  "outSlot",
  "xSlot",
  "ySlot",
  "zSlot",
  "partSlot",
  "priorSlot",
  "partFrom",
  "partRows",
] as const;

export const DEPTH_PASS = [
  "batch",
  "panels",
  "operations",
  "operationRecords",
  "streams",
  "squares",
  "exponents",
  "slots",
  "top",
  "output",
  "lossFrom",
  "loss",
  "lossScale",
  "targets",
  "losses",
  "outputSlot",
  "cotangent",
  "scratch",
] as const;
