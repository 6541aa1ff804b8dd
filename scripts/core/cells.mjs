// Runs one step of every cell in a memory that shows what it reads and writes, and compares that with the sizes the
// cell declares and with the layout of its weights in the catalogue.
import { tsImport } from "tsx/esm/api";
import { compileInMemory } from "./facts.mjs";
import { snake } from "./emit.mjs";
import { BoundaryError } from "./sources.mjs";

const SIZES = ["stateSlabs", "tapeSlabs", "deltaSlabs", "carrySlabs", "vectorSlabs"];

const ENTRY = `
import { stepBackward, stepForward, withCell } from "./assembly/cells";
import { Layer } from "./assembly/records/pass";
class Sizes {
  @inline run<Cell>(layer: Layer, to: usize, b: usize, c: usize, d: usize, e: usize, f: usize): void {
    const cell = changetype<Cell>(0);
${SIZES.map((name, i) => `    store<i32>(to + ${i * 4}, cell.${name}());`).join("\n")}
  }
}
export function sizes(layer: usize, to: usize): void { withCell<Sizes>(changetype<Layer>(layer), to, 0, 0, 0, 0, 0); }
export { stepBackward, stepForward };
`;

/** Sizes of the layer that is run: H₄ = 8 leaves rows of padding. */
const [X, H, H4] = [3, 5, 8];
/** Floats of a slab [H₄][8]. */
const SLAB = H4 * 8;
/** Room for everything a step may touch: more slabs than any cell has. */
const ROOM = 64;
/** A tiny number whose bits no step writes. */
const UNTOUCHED = 0x0d812345;
/** A NaN whose bits no step writes: a step that reads its tape before it writes it shows this. */
const UNTOUCHED_NAN = 0x7fc12345;

/** Every cell of the catalogue in each of its forms, with its layout and the kernel that runs it. */
export async function readLayouts() {
  const { CELLS, gatesOf, layoutOf, CELL_TABLE, operands } = await tsImport(
    "../../src/catalogue/cells/index.ts",
    import.meta.url,
  );
  return CELLS.flatMap((cell) => {
    const forms = [{ cell, norm: "none" }];
    if (CELL_TABLE[cell].normedGates.length > 0) forms.push({ cell, norm: "layer" });
    if (CELL_TABLE[cell].projected !== undefined) forms.push({ cell, norm: "none", projection: H });
    return forms.map((form) => {
      const layout = layoutOf(form);
      const columns = layout.forward.map((slab) => operands(slab, X, H)).map(({ kx, kh }) => kx + kh);
      return { cell, kernel: layout.kernel, gates: gatesOf(cell), inputGates: layout.inputGates, columns };
    });
  });
}

/**
 * Sizes by kernel's name.
 *
 * @param changed texts by path, in place of those on disk
 * @param layouts of the catalogue's cells
 * @throws BoundaryError where a cell touches other memory than it declares, or other weights than the catalogue lays out
 */
export async function readCellSizes({ enums }, facts, changed = {}, layouts = undefined) {
  const { members } = enums.find(({ name }) => name === "CellKind");
  const cells = layouts ?? (await readLayouts());
  const missing = cells.find(({ kernel }) => !members.some((member) => snake(member) === kernel));
  if (missing !== undefined) {
    refuse(
      `src/catalogue/cells: ${missing.cell}.layout.kernel`,
      `a member of CellKind in snake case, got "${missing.kernel}"`,
      "add it to assembly/cells/index.ts",
    );
  }
  const core = await compileInMemory(ENTRY, "assembly/cells", changed);
  return Object.fromEntries(
    members.map((member) => {
      const own = cells.filter(({ kernel }) => kernel === snake(member));
      if (own.length === 0) {
        refuse(
          `assembly/cells: ${member}`,
          "a cell of the catalogue that it runs, got none",
          "add it to src/catalogue",
        );
      }
      return [snake(member), own.map((cell) => checkCell(core, member, facts, cell))[0]];
    }),
  );
}

function refuse(where, rule, remedy) {
  throw new BoundaryError(where, rule, remedy);
}

function checkCell(core, member, facts, { cell, gates, inputGates, columns }) {
  const bench = benchOf(core, facts);
  bench.set("cell", facts.kind("CellKind", member));
  core.sizes(bench.layer, bench.at("scratch"));
  const declared = Object.fromEntries(SIZES.map((name, i) => [name, bench.ints("scratch")[i]]));
  const where = `assembly/cells: ${member}`;
  const layout = `src/catalogue/cells: ${cell}.layout`;
  if (inputGates.length !== gates || inputGates.some((gate) => !(gate >= 0 && gate < gates))) {
    refuse(`${layout}.inputGates`, `each of ${gates} gates once, got [${inputGates}]`, "list as many as letters");
  }
  bench.set("rows", gates * H4);
  bench.set("deltaRows", declared.deltaSlabs * H4);
  const weights = {
    vectors: declared.vectorSlabs * H4,
    bias: columns.length * H4,
    forwardTiles: columns.reduce((sum, each) => sum + each, 0) * H4,
  };
  /** Runs a step forward and backward. The weights named are NaN from a place on; so are all beyond those laid out. */
  const step = (poisoned) => {
    bench.clear();
    bench.floats("previous").fill(Number.NaN, declared.stateSlabs * SLAB);
    for (const [name, from] of Object.entries({ ...weights, ...poisoned })) bench.floats(name).fill(Number.NaN, from);
    for (const name of ["next", "da"]) bench.ints(name).fill(UNTOUCHED);
    bench.ints("tape").fill(UNTOUCHED_NAN);
    const [x, previous, next, tape] = ["x", "previous", "next", "tape"].map(bench.at);
    core.stepForward(bench.layer, x, previous, previous, next, tape);
    core.stepBackward(bench.layer, bench.at("carry"), bench.at("scales"), tape, previous, next, bench.at("da"));
  };
  step({});
  const touched = {
    stateSlabs: slabsOf(bench.ints("next"), UNTOUCHED),
    tapeSlabs: slabsOf(bench.ints("tape"), UNTOUCHED_NAN),
    deltaSlabs: slabsOf(bench.ints("da"), UNTOUCHED),
    carrySlabs: slabsOf(bench.ints("carry"), bench.ints("x")[0]),
  };
  for (const [name, slabs] of Object.entries(touched)) {
    if (slabs !== declared[name]) {
      const rule = `${slabs}, as many as a step writes, got ${declared[name]}`;
      refuse(`${where}.${name}()`, rule, "declare what it writes");
    }
  }
  const readsPoison = () => ["next", "carry", "da"].some((name) => bench.floats(name).some(Number.isNaN));
  if (readsPoison()) {
    const remedy = `raise stateSlabs() or vectorSlabs(), or mend letters and forward of ${cell} in src/catalogue`;
    refuse(where, "a step reads a state, a vector or weights beyond those declared", remedy);
  }
  const readsLast = (name, length) => {
    step({ [name]: weights[name] - length });
    return readsPoison();
  };
  if (declared.vectorSlabs > 0 && !readsLast("vectors", H4)) {
    const rule = `as many vectors as a step reads, got ${declared.vectorSlabs}`;
    refuse(`${where}.vectorSlabs()`, rule, "declare fewer");
  }
  if (!readsLast("bias", H4) || !readsLast("forwardTiles", H4 * columns[columns.length - 1])) {
    refuse(`${layout}.forward`, `as many slabs as a step reads, got ${columns.length}`, "list fewer");
  }
  return declared;
}

/** The number of slabs up to the last value that differs from `before`. */
function slabsOf(values, before) {
  const last = values.findLastIndex((value) => value !== before);
  return Math.ceil((last + 1) / SLAB);
}

/** Memory for one step: a Layer record, and room for everything it points to. */
function benchOf(core, facts) {
  const names = [
    "layer",
    "scratch",
    "x",
    "previous",
    "next",
    "tape",
    "carry",
    "da",
    "scales",
    "bias",
    "vectors",
    "forwardTiles",
    "hiddenTiles",
    "innerTiles",
    "projectionTiles",
  ];
  const bytes = ROOM * SLAB * 4 * 2;
  const base = core.memory.buffer.byteLength;
  core.memory.grow(Math.ceil((names.length * bytes) / 65536));
  const at = (name) => base + names.indexOf(name) * bytes;
  const ints = (name) => new Int32Array(core.memory.buffer, at(name), bytes / 8);
  const floats = (name) => new Float32Array(core.memory.buffer, at(name), bytes / 8);
  const set = (field, value) => {
    ints("layer")[facts.offset("Layer", field) / 4] = value;
  };
  for (const field of ["bias", "vectors", "forwardTiles", "hiddenTiles", "innerTiles", "projectionTiles"])
    set(field, at(field));
  set("inputs", X);
  set("hidden", H);
  set("outputs", H);
  set("lanes", 8);
  set("dense", 1);
  set("activation", facts.kind("ActivationKind", "Tanh"));
  set("gateActivation", facts.kind("ActivationKind", "Sigmoid"));
  const clear = () => {
    for (const name of names.slice(1)) new Float32Array(core.memory.buffer, at(name), bytes / 4).fill(0.3);
  };
  clear();
  return { at, ints, floats, set, clear, layer: at("layer") };
}
