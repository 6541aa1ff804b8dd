/** What `assembly/index.ts` exports, typed. Pointers are byte addresses, sizes are in elements. */
export interface CoreExports {
  readonly memory: WebAssembly.Memory;
  activate(kind: number, a: number, h: number, slope: number, n: number): void;
  packBatch(panels: number, stride: number, values: number, S: number, B: number, N: number): void;
  packRows(
    tiles: number,
    stride: number,
    at: number,
    a: number,
    m: number,
    k: number,
    rowStride: number,
    columnStride: number,
  ): void;
  matmulScratch(m: number, n: number, k: number): number;
  matmulNN(c: number, a: number, b: number, m: number, n: number, k: number, scratch: number): void;
  matmulNT(c: number, a: number, b: number, m: number, n: number, k: number, scratch: number): void;
  matmulTN(c: number, a: number, b: number, m: number, n: number, k: number, scratch: number): void;
  gradientScratch(deltaRows: number, inputs: number, hidden: number): number;
  contributionScratch(panels: number, rows: number): number;
  recurrentUnits(pass: number): number;
  recurrentRun(pass: number, from: number, to: number): void;
  recurrentBegin(pass: number): void;
  recurrentContribute(pass: number, chunk: number): void;
  recurrentAddCredit(pass: number, sweep: number, from: number, to: number): void;
  recurrentEndPanel(pass: number, slot: number): void;
  recurrentNonfinite(pass: number): number;
  denseScratch(rows: number, k: number, batch: number): number;
  depthUnits(pass: number): number;
  depthRun(pass: number, from: number, to: number): void;
  depthGradients(pass: number): void;
  depthPack(pass: number): void;
  activationMoments(out: number, h: number, stride: number, rows: number, batch: number, sums: number): void;
  allFinite(h: number, stride: number, rows: number, batch: number): number;
  slopeCounts(out: number, slope: number, rows: number, batch: number, small: number): void;
  magnitudeSums(out: number, x: number, n: number): void;
  panelMagnitudeSums(out: number, panels: number, rows: number, columns: number, stride: number): void;
  sampleSquareSum(panel: number, rows: number, lanes: number): number;
  squareSum(x: number, n: number): number;
  panelSquareSum(panels: number, rows: number, columns: number, stride: number): number;
  orthogonalize(frame: number): void;
  startProduct(frame: number): void;
  multiplyTriangle(frame: number): void;
  singularValues(norms: number, g: number, lead: number, n: number): number;
  matrixSpectrum(
    numbers: number,
    re: number,
    im: number,
    w: number,
    n: number,
    lead: number,
    a: number,
    b: number,
    panels: number,
    scratch: number,
  ): void;
  packFloats(panels: number, stride: number, w: number, rows: number, columns: number): void;
  tangentProduct(
    c: number,
    a: number,
    lead: number,
    columns: number,
    panels: number,
    stride: number,
    rows: number,
    k: number,
  ): void;
  tangentScale(x: number, lead: number, columns: number, s: number, step: number, n: number): void;
  tangentAdd(y: number, x: number, lead: number, columns: number, alpha: number, n: number): void;
  tangentNorm(
    x: number,
    lead: number,
    columns: number,
    normed: number,
    gamma: number,
    inverse: number,
    n: number,
    centered: number,
  ): void;
  stepScratch(carryRows: number): number;
  stepJacobian(
    pass: number,
    n: number,
    chunk: number,
    k: number,
    panels: number,
    stride: number,
    scratch: number,
  ): void;
  stepGate(pass: number, n: number, chunk: number, k: number, x: number, lead: number, columns: number): void;
  optimizerUpdate(update: number): void;
  optimizerStep(first: number, count: number): void;
  measureUpdate(update: number): void;
  weightNormProduct(w: number, g: number, v: number, rows: number, k: number): void;
  weightNormGather(
    out: number,
    g: number,
    v: number,
    panels: number,
    rows: number,
    k: number,
    stride: number,
    first: number,
    second: number,
    scales: number,
  ): number;
  clipValues(g: number, n: number, limit: number): number;
  clipUnits(g: number, w: number, units: number, width: number, lambda: number): number;
  scaleFloats(g: number, n: number, factor: number): void;
  combinedSquare(a: number, s: number, b: number, r: number, n: number): number;
  gatherFloats(out: number, x: number, n: number, exponent: number): void;
  gatherDoubles(out: number, x: number, n: number, exponent: number): void;
  gatherFloatPanels(out: number, panels: number, rows: number, columns: number, stride: number, exponent: number): void;
  gatherDoublePanels(
    out: number,
    panels: number,
    rows: number,
    columns: number,
    stride: number,
    exponent: number,
  ): void;
  doubleSquares(x: number, n: number): number;
  doublePanelSquares(panels: number, rows: number, columns: number, stride: number): number;
}
