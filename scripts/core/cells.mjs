// Runs one step of every cell in a memory that shows what it reads and writes, and compares that with the sizes the
// cell declares.
import { compileInMemory } from "./facts.mjs";
import { snake } from "./emit.mjs";
import { BoundaryError } from "./sources.mjs";

const SIZES = ["gates", "stateSlabs", "tapeSlabs", "deltaSlabs", "carrySlabs", "vectorSlabs"];

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

/**
 * Sizes by cell's name.
 *
 * @param changed texts by path, in place of those on disk
 * @throws BoundaryError where a cell touches other memory than it declares
 */
export async function readCellSizes({ enums }, facts, changed = {}) {
  const { members } = enums.find(({ name }) => name === "CellKind");
  const core = await compileInMemory(ENTRY, "assembly/cells", changed);
  return Object.fromEntries(members.map((member) => [snake(member), checkCell(core, member, facts)]));
}

function checkCell(core, member, facts) {
  const bench = benchOf(core, facts);
  bench.set("cell", facts.kind("CellKind", member));
  core.sizes(bench.layer, bench.at("scratch"));
  const declared = Object.fromEntries(SIZES.map((name, i) => [name, bench.ints("scratch")[i]]));
  const where = `assembly/cells: ${member}`;
  bench.set("rows", declared.gates * H4);
  bench.set("deltaRows", declared.deltaSlabs * H4);
  /** Runs a step forward and backward. The vectors from slab `poisoned` on are NaN. */
  const step = (poisoned) => {
    bench.clear();
    bench.floats("previous").fill(Number.NaN, declared.stateSlabs * SLAB);
    bench.floats("vectors").fill(Number.NaN, poisoned * H4);
    for (const name of ["next", "tape", "da"]) bench.ints(name).fill(UNTOUCHED);
    const [x, previous, next, tape] = ["x", "previous", "next", "tape"].map(bench.at);
    core.stepForward(bench.layer, x, previous, previous, next, tape);
    core.stepBackward(bench.layer, bench.at("carry"), bench.at("scales"), tape, previous, next, bench.at("da"));
  };
  step(declared.vectorSlabs);
  const touched = {
    stateSlabs: slabsOf(bench.ints("next"), UNTOUCHED),
    tapeSlabs: slabsOf(bench.ints("tape"), UNTOUCHED),
    deltaSlabs: slabsOf(bench.ints("da"), UNTOUCHED),
    carrySlabs: slabsOf(bench.ints("carry"), bench.ints("x")[0]),
  };
  for (const [name, slabs] of Object.entries(touched)) {
    if (slabs !== declared[name]) {
      throw new BoundaryError(
        `${where}.${name}()`,
        `${slabs}, as many as a step writes, got ${declared[name]}`,
        "declare what it writes",
      );
    }
  }
  const readsPoison = () => ["next", "carry", "da"].some((name) => bench.floats(name).some(Number.isNaN));
  if (readsPoison()) {
    throw new BoundaryError(
      where,
      "a step reads a state or a vector beyond those declared",
      "raise stateSlabs() or vectorSlabs()",
    );
  }
  if (declared.vectorSlabs > 0) {
    step(declared.vectorSlabs - 1);
    if (!readsPoison()) {
      throw new BoundaryError(
        `${where}.vectorSlabs()`,
        `as many vectors as a step reads, got ${declared.vectorSlabs}`,
        "declare fewer",
      );
    }
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
