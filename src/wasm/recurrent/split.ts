import type { Batch } from "../../tasks/batch.ts";
import { Buffers } from "../../parallel/buffers.ts";
import type { Job, Read, Setup, Write } from "../../parallel/job.ts";
import type { Engine } from "../engine.ts";
import { bytesOf, copyTo, PlanImage } from "../image.ts";
import type { MemoryPlan, PlannedTensor, Role } from "../plan.ts";
import { GRADIENT, TIME_PASS } from "../generated/records.ts";
import { bind } from "./bind.ts";
import type { RecurrentPass } from "./pass.ts";
import { type Geometry, gradientSets, tokenReaders } from "./geometry.ts";
import { planRecurrent } from "./plan.ts";
import { gradientFloats } from "./sizes.ts";

/*
 * One pass split into jobs, one for each panel of eight samples. A job is a whole pass over its panel in a worker's
 * memory. Numbers of single samples are copied to their places. Sums over panels (weight gradients, gates) are added
 * here in the order of the panels, by the code of the undivided pass. So the bits do not depend on the workers or their
 * number.
 */

/** Whether a pass can be split. With contributions, the states and ∂L/∂a of every step must fit into memory. */
export const isSplittable = ({ options, P, T, stored, keepDeltas }: Geometry): boolean =>
  P > 1 && (!options.contributions || (keepDeltas === true && stored === T));

/** A number above the number of units of any pass. */
const ALL = 0x7fffffff;

/** A pass over one panel of `lanes` samples: its plan, and the tensors that it returns. */
interface Part {
  readonly plan: MemoryPlan;
  readonly geometry: Geometry;
  readonly pass: number;
  readonly setup: Setup;
  readonly results: readonly PlannedTensor[];
  readonly reads: readonly Read[];
}

/** One split of a pass that is bound and loaded. */
export class SplitPass {
  readonly #engine: Engine;
  readonly #whole: RecurrentPass;
  readonly #limit: number;
  /** Identifies this loading of the weights. */
  readonly #version: string;
  readonly #parts = new Map<number, Part>();
  readonly #buffers = new Buffers();

  constructor(engine: Engine, whole: RecurrentPass, limit: number, version: string) {
    this.#engine = engine;
    this.#whole = whole;
    this.#limit = limit;
    this.#version = version;
  }

  /** A job for each panel of a batch. The batch is fed when the first job is sent. */
  jobs(batch: Batch): Job[] {
    const { P } = this.#whole.geometry;
    let fed = false;
    return Array.from({ length: P }, (_, p): Job => {
      const { setup, plan, pass, reads } = this.#part(this.#lanes(p));
      return {
        setup,
        writes: () => {
          if (!fed) this.#whole.feed(batch);
          fed = true;
          return this.#inputs(plan, p);
        },
        call: ["recurrentRun", pass, 0, ALL],
        reads,
        buffers: this.#buffers,
      };
    });
  }

  /** Sets the sums that `take` adds to, to zero. */
  begin(): void {
    this.#whole.arena.core.recurrentBegin(this.#whole.address);
  }

  /** Stores the results of panel p's job; call it for p = 0, 1, … in this order. */
  take(p: number, results: readonly ArrayBuffer[]): void {
    const { arena } = this.#whole;
    const lanes = this.#lanes(p);
    const part = this.#part(lanes);
    const byName = new Map(part.results.map(({ name }, i) => [name, results[i]]));
    for (const { name, type, role } of part.results) {
      const buffer = byName.get(name) as ArrayBuffer;
      if (role === "panel") copyTo(arena, name, p * buffer.byteLength, new Uint8Array(buffer));
      else if (role === "sum" && type === "f64") addTo(arena.f64(name), new Float64Array(buffer));
      else if (role === "sum") addTo(arena.i32(name), new Int32Array(buffer));
      else if (role === "record") this.#noteNonfinite(new Int32Array(buffer));
      else if (role === "sample") {
        const { B } = this.#whole.geometry;
        if (type === "f64") scatter(arena.f64(name), new Float64Array(buffer), B, p, lanes);
        else scatter(arena.i32(name), new Int32Array(buffer), B, p, lanes);
      }
    }
    this.#addGradients(part, byName);
    this.#addCredits(byName);
  }

  /** The work that needs the results of all panels. */
  end(): void {
    const { arena, address, geometry } = this.#whole;
    if (!geometry.options.contributions) return;
    for (let chunk = 0; chunk < geometry.chunks; chunk++) arena.core.recurrentContribute(address, chunk);
  }

  #lanes(p: number): number {
    return Math.min(8, this.#whole.geometry.B - p * 8);
  }

  #part(lanes: number): Part {
    let part = this.#parts.get(lanes);
    if (part === undefined) {
      part = this.#plan(lanes);
      this.#parts.set(lanes, part);
    }
    return part;
  }

  #plan(lanes: number): Part {
    const { arena, geometry: whole } = this.#whole;
    const { spec, sizes, T, loss, lossOptions, withState = false, bottleneck, lossEvery, options } = whole;
    const keepDeltas = options.contributions;
    const own = { ...options, contributions: false };
    const shape = {
      spec,
      sizes,
      T,
      loss,
      lossOptions,
      lossEvery,
      options: own,
      B: lanes,
      keepDeltas,
      keepRows: true,
      inputPanels: true,
      withState,
      bottleneck,
    };
    const { plan, geometry } = planRecurrent(this.#engine, shape, this.#limit);
    const image = new PlanImage(this.#engine.base, plan);
    bind(image, geometry);
    const weights = [...plan.tensors.values()]
      .filter(({ role }) => role === "parameters")
      .map(({ name, offset, bytes }): Write => ({ at: offset, data: bytesOf(arena, name, 0, new ArrayBuffer(bytes)) }));
    const results = [...plan.tensors.values()].filter(isResult);
    const pass = image.address("pass");
    return {
      plan,
      geometry,
      pass,
      setup: { key: `${this.#version}/${lanes}`, bytes: plan.bytes, writes: [...image.writes, ...weights] },
      results,
      reads: results.map(({ offset, bytes }) => ({ at: offset, bytes })),
    };
  }

  #inputs(plan: MemoryPlan, p: number): Write[] {
    const tensors = [...plan.tensors.values()].filter(({ role }) => role === "batch");
    return tensors.map(
      ({ name, offset: at, bytes }): Write => ({
        at,
        data: bytesOf(this.#whole.arena, name, p * bytes, this.#buffers.take(bytes)),
      }),
    );
  }

  #noteNonfinite(record: Int32Array): void {
    const at = TIME_PASS.at.nonfinite;
    const own = this.#whole.arena.i32("pass");
    own[at] = own[at] || record[at];
  }

  /** Copies the part's profiles to the panel's place in the whole pass; the core then adds them, chunk by chunk. */
  #addCredits(results: ReadonlyMap<string, ArrayBuffer>): void {
    const { arena, geometry, address } = this.#whole;
    const { credits, T, C } = geometry;
    if (credits.length === 0) return;
    const squares = new Float64Array(results.get("credit.profile") as ArrayBuffer);
    const exponents = new Int32Array(results.get("credit.profileExponents") as ArrayBuffer);
    const [share, frames] = [arena.f64("credit.sum"), arena.i32("credit.sumExponents")];
    credits.forEach((_, c) => {
      for (let from = 0; from < T; from += C) {
        const to = Math.min(from + C, T);
        share.set(squares.subarray(c * T + from, c * T + to));
        frames.set(exponents.subarray(c * T + from, c * T + to));
        arena.core.recurrentAddCredit(address, c, from, to);
      }
    });
  }

  /** Copies the part's sums by token, which follow its single panel, to slot 0 of the whole pass. */
  #addTokens(part: Part, results: ReadonlyMap<string, ArrayBuffer>): void {
    const { arena, geometry: whole } = this.#whole;
    const { F, vocabulary: V } = whole;
    if (V === 0) return;
    const { readers, rows: R } = tokenReaders(whole);
    const sums = new Float64Array(results.get("tokenSums") as ArrayBuffer);
    const exponents = new Int32Array(results.get("tokenExponents") as ArrayBuffer);
    for (let n = 0; n < gradientSets(whole) * readers; n++) {
      const [from, to] = [n * (part.geometry.F + 1) + part.geometry.F, n * (F + 1)];
      arena.f64("tokenSums").set(sums.subarray(from * V * R, (from + 1) * V * R), to * V * R);
      arena.i32("tokenExponents").set(exponents.subarray(from * V, (from + 1) * V), to * V);
    }
  }

  /**
   * Copies the part's sums to slot 0 of the whole pass, which holds the totals of one panel; the core then adds them.
   */
  #addGradients(part: Part, results: ReadonlyMap<string, ArrayBuffer>): void {
    const { arena, geometry: whole } = this.#whole;
    const records = new Int32Array(results.get("gradients") as ArrayBuffer);
    const own = arena.i32("gradients");
    const field = (record: number, name: keyof typeof GRADIENT.at) => record * GRADIENT.size + GRADIENT.at[name];
    const count = records.length / GRADIENT.size / 2; // each Gradient has two records: a panel in flight, and the sum
    for (let i = 0; i < count; i++) {
      const [from, to] = [i * 2 + 1, i * (whole.F + 1)];
      const of = (name: keyof typeof GRADIENT.at) => records[field(from, name)];
      if (of("rows") === 0) continue; // a readout that takes no part
      const floats = gradientFloats(of("rows"), of("deltaRows"), of("inputs"), of("hidden"));
      const [name, offset] = tensorAt(part.plan, of("total") - this.#engine.base);
      const total = new Float64Array(results.get(name) as ArrayBuffer, offset, floats);
      arena.f64(name).set(total);
      for (const exponent of ["inputExponent", "hiddenExponent", "biasExponent"] as const) {
        own[field(to, exponent)] = of(exponent);
      }
      own[field(to, "blocks")] = 0;
    }
    this.#addTokens(part, results);
    arena.core.recurrentEndPanel(this.#whole.address, 0);
  }
}

/**
 * A part returns all computed tensors, and of its records only that of the pass, which says whether its states are
 * finite.
 */
const isResult = ({ name, role }: PlannedTensor): boolean =>
  role === "record" ? name === "pass" : FOUND.includes(role);

const FOUND: readonly Role[] = ["sample", "panel", "sum", "gradient", "profile"];

function tensorAt(plan: MemoryPlan, offset: number): [name: string, within: number] {
  for (const { name, offset: start, bytes } of plan.tensors.values()) {
    if (offset >= start && offset < start + bytes) return [name, offset - start];
  }
  throw new RangeError(`no tensor at ${offset}`);
}

function addTo<Values extends Float64Array | Int32Array>(sums: Values, values: Values): void {
  for (let i = 0; i < sums.length; i++) sums[i] += values[i];
}

/** Copies rows of `lanes` samples to the place of panel p in rows of B samples. */
function scatter<Values extends Float64Array | Int32Array>(
  to: Values,
  from: Values,
  B: number,
  p: number,
  lanes: number,
) {
  for (let row = 0; row * lanes < from.length; row++) {
    for (let lane = 0; lane < lanes; lane++) to[row * B + p * 8 + lane] = from[row * lanes + lane];
  }
}
