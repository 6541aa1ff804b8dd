import { finish } from "../../base/time-slicing.ts";
import { nameOf } from "../../spec/parameter-place.ts";
import { parameterTable } from "../../spec/parameters.ts";
import type { Arena } from "../engine.ts";
import { OPERATION } from "../generated/records.ts";
import { pad4 } from "../panels.ts";
import { lnOf, type ParameterMap, type ScaledTensor } from "../scaled.ts";
import type { DepthShape } from "./plan.ts";
import type { Tape } from "./tape.ts";
import { gatherWeightNorm, type WeightNormPart, weightNormGradient } from "./weight-norm.ts";

/**
 * Sums over one parameter's gradient in the frame of its exponent: the true square is `square · 4^exponent`, the
 * magnitude `· 2^exponent`.
 */
export interface GradientSums {
  /** Σ g². */
  readonly square: number;
  /** Σ |g|. */
  readonly magnitude: number;
  /** How many entries are exactly zero. */
  readonly zeros: number;
  readonly exponent: number;
}

/** A tensor that an operation of the tape uses, and where its gradient is. */
interface Operand {
  /** The operation's index. */
  readonly index: number;
  readonly as: "weight" | "bias";
  /** Address of its gradient. */
  readonly gradientAt: number;
  readonly rows: number;
  readonly columns: number;
  /** Whether the gradient is kept as panels of eight columns; else it is row-major. */
  readonly panels: boolean;
}

/** One of the two parameters that weight norm keeps in place of a layer's W. */
interface WeightNormed {
  /** The names of the layer's W, g and v. */
  readonly names: Readonly<Record<"w" | WeightNormPart, string>>;
  readonly part: WeightNormPart;
}

/** Numbers summed between two pauses: about a millisecond. */
const PART = 1_000_000;

/** The parameters of a feed-forward pass: where its operations read them, and their gradients. */
export class PassParameters {
  readonly #arena: Arena;
  readonly #operands = new Map<string, Operand>();
  readonly #weightNormed = new Map<string, WeightNormed>();
  /** Addresses of parameters that operations read outside the arena. */
  readonly #places = new Map<string, number>();
  /**
   * For each operation whose sums workers have computed, `[2][3]`: Σ |g|, number of zeros, Σ g² of the weight and of
   * the bias.
   */
  readonly #sums = new Map<number, Float64Array>();

  constructor(arena: Arena, { spec, sizes }: DepthShape, tape: Tape) {
    this.#arena = arena;
    tape.operations.forEach(({ code, weight, bias, x, out }, index) => {
      const dense = code === "dense";
      const rows = code === "join" || code === "prelu" ? 1 : out.rows;
      const operand = (as: Operand["as"]) => ({ index, as, gradientAt: arena.address(`grad:${index}.${as}`), rows });
      if (weight !== null) {
        this.#operands.set(weight, { ...operand("weight"), columns: dense ? x.rows : 1, panels: dense });
      }
      if (bias !== null) this.#operands.set(bias, { ...operand("bias"), columns: 1, panels: false });
    });
    for (const { name, place } of parameterTable(spec, sizes)) {
      if (place.module !== "layers" || (place.part !== "weight_g" && place.part !== "weight_v")) continue;
      const names = {
        w: tape.operations[tape.layers[place.index]].weight!,
        g: nameOf({ ...place, part: "weight_g" }),
        v: nameOf({ ...place, part: "weight_v" }),
      };
      this.#weightNormed.set(name, { names, part: place.part === "weight_g" ? "g" : "v" });
    }
  }

  /**
   * Loads all parameters, or those with the given names. Parameters that are already in WASM memory are read in place;
   * all others are copied.
   */
  load(parameters: ParameterMap, names: Iterable<string> = parameters.keys()): void {
    finish(this.loadInParts(() => parameters, names));
  }

  /** `load` with pauses. @param parameters is called again after every pause, because memory may have moved */
  *loadInParts(parameters: () => ParameterMap, names: Iterable<string> = parameters().keys()): Generator<void, void> {
    const { core } = this.#arena;
    const changed = new Map<string, WeightNormed>(); // the key is the name of W, which is computed from g and v
    for (const name of [...names]) {
      const values = parameters().get(name) as Float32Array;
      const operand = this.#operands.get(name);
      const resident = operand !== undefined && values.buffer === core.memory.buffer;
      if (operand !== undefined) {
        this.#readAt(name, operand, resident ? values.byteOffset : this.#arena.address(name));
      }
      if (!resident) this.#arena.f32(name).set(values);
      const weightNormed = this.#weightNormed.get(name);
      if (weightNormed !== undefined) changed.set(weightNormed.names.w, weightNormed);
      if (!resident) yield;
    }
    for (const { names } of changed.values()) {
      const { rows, columns } = this.#operands.get(names.w) as Operand;
      const at = (name: string) => this.#arena.address(name);
      core.weightNormProduct(at(names.w), at(names.g), at(names.v), rows, columns);
      yield;
    }
  }

  /** The address at which operations read a parameter. */
  addressOf(name: string): number {
    return this.#places.get(name) ?? this.#arena.address(name);
  }

  /** Tells the operation that uses a parameter to read it at `address`. */
  #readAt(name: string, { index, as }: Operand, address: number): void {
    if (this.#places.get(name) === address) return;
    this.#places.set(name, address);
    this.#arena.i32("operations")[index * OPERATION.size + OPERATION.at[as]] = address;
  }

  /** ‖W‖² of a parameter as it was loaded. */
  square(name: string, count: number): number {
    return this.#arena.core.squareSum(this.addressOf(name), count);
  }

  /** A parameter's gradient, row-major, in the frame of its exponent. */
  gradient(name: string): ScaledTensor {
    const weightNormed = this.#weightNormed.get(name);
    if (weightNormed !== undefined) return this.#gradientsUnderWeightNorm(weightNormed)[weightNormed.part];
    const { index, as, rows: H, columns: K, panels } = this.#operands.get(name) as Operand;
    const exponent = this.#exponent(index);
    const values = this.#arena.f32(`grad:${index}.${as}`);
    if (!panels) return { data: Float64Array.from(values.subarray(0, H)), exponent };
    const data = new Float64Array(H * K);
    for (let j = 0; j < K; j++) {
      const panel = (j >> 3) * pad4(H) * 8 + (j & 7);
      for (let i = 0; i < H; i++) data[i * K + j] = values[panel + i * 8];
    }
    return { data, exponent };
  }

  /** Writes a parameter's gradient at `to`, rounded to float32, row-major. Returns ln of its norm before that. */
  gather(name: string, to: number): number {
    const { core } = this.#arena;
    const weightNormed = this.#weightNormed.get(name);
    if (weightNormed !== undefined) {
      const { names, part } = weightNormed;
      const { index, gradientAt, rows, columns } = this.#operands.get(names.w) as Operand;
      const product = { g: names.g, v: names.v, gradientAt, rows, columns, exponent: this.#exponent(index) };
      return gatherWeightNorm(this.#arena, product, part, to);
    }
    const { index, gradientAt, rows, columns, panels } = this.#operands.get(name) as Operand;
    const exponent = this.#exponent(index);
    if (!panels) {
      core.gatherFloats(to, gradientAt, rows, exponent);
      return lnOf(core.squareSum(gradientAt, rows), exponent);
    }
    core.gatherFloatPanels(to, gradientAt, rows, columns, pad4(rows), exponent);
    return lnOf(core.panelSquareSum(gradientAt, rows, columns, pad4(rows)), exponent);
  }

  /** Stores the sums `[to − from][2][3]` that a worker computed for operations from ≤ i < to. */
  takeSums({ from, to }: { readonly from: number; readonly to: number }, sums: Float64Array): void {
    for (let i = from; i < to; i++) this.#sums.set(i, sums.subarray((i - from) * 6, (i - from) * 6 + 6));
  }

  /** Deletes the sums that workers computed, because another run begins. */
  forgetSums(): void {
    this.#sums.clear();
  }

  /** Sums over every parameter's gradient, by name, with pauses. */
  *gradientSums(): Generator<void, Map<string, GradientSums>> {
    const sums = new Map<string, GradientSums>();
    let sumsOfOperand = this.#summing();
    let read = 0;
    for (const [name, operand] of this.#operands) {
      sums.set(name, sumsOfOperand(operand));
      read += operand.rows * operand.columns;
      if (read < PART) continue;
      yield;
      sumsOfOperand = this.#summing();
      read = 0;
    }
    for (const [name, weightNormed] of this.#weightNormed) {
      const { data, exponent } = this.#gradientsUnderWeightNorm(weightNormed)[weightNormed.part];
      sums.set(name, { ...sumsOf(data), exponent });
    }
    return sums;
  }

  /** A function that sums one operand's gradient. It holds views, so it must not be used after a pause. */
  #summing(): (operand: Operand) => GradientSums {
    const { core } = this.#arena;
    const exponents = this.#arena.i32("gradientExponents");
    const numbers = this.#arena.f64("numbers");
    const out = this.#arena.address("numbers");
    return ({ index, as, gradientAt, rows, columns, panels }) => {
      const exponent = exponents[index * 4];
      const found = this.#sums.get(index);
      if (found !== undefined) {
        const [magnitude, zeros, square] = found.subarray(as === "weight" ? 0 : 3);
        return { square, magnitude, zeros, exponent };
      }
      numbers[0] = 0;
      numbers[1] = 0;
      if (panels) core.panelMagnitudeSums(out, gradientAt, rows, columns, pad4(rows));
      else core.magnitudeSums(out, gradientAt, rows);
      const square = panels
        ? core.panelSquareSum(gradientAt, rows, columns, pad4(rows))
        : core.squareSum(gradientAt, rows);
      return { square, magnitude: numbers[0], zeros: numbers[1], exponent };
    };
  }

  /** The gradients of g and v of one layer. */
  #gradientsUnderWeightNorm({ names }: WeightNormed): Record<WeightNormPart, ScaledTensor> {
    const { data, exponent } = this.gradient(names.w);
    const { rows } = this.#operands.get(names.w) as Operand;
    return weightNormGradient(rows, this.#arena.f32(names.g), this.#arena.f32(names.v), data, exponent);
  }

  #exponent(index: number): number {
    return this.#arena.i32("gradientExponents")[index * 4];
  }
}

function sumsOf(values: Float64Array): Omit<GradientSums, "exponent"> {
  let [square, magnitude, zeros] = [0, 0, 0];
  for (const value of values) {
    square += value * value;
    magnitude += Math.abs(value);
    if (value === 0) zeros++;
  }
  return { square, magnitude, zeros };
}
