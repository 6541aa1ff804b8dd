import { Buffers } from "../../parallel/buffers.ts";
import { canShareMemory, type Job, sharedExchange, type Read, type Setup, type Write } from "../../parallel/job.ts";
import { mixesSamples } from "../../spec/norms.ts";
import type { Engine } from "../engine.ts";
import { bytesOf, copyTo, PlanImage } from "../image.ts";
import type { MemoryPlan, PlannedTensor, Role } from "../plan.ts";
import { bindTape } from "./bind.ts";
import { chunksOf, type GradientPart, planGradients, operandOf } from "./gradients.ts";
import { type NormExchanges, normExchanges } from "./norm-exchanges.ts";
import type { DepthPass } from "./pass.ts";
import { type DepthShape, planDepth } from "./plan.ts";

/*
 * One pass shared by workers, in two rounds. In the first round each worker runs the whole tape forward and backward on
 * some panels of the batch, and keeps the ∂L/∂out of operations with parameters. In the second round each worker
 * computes the gradients of some operations' parameters over the whole batch, with the same code as an undivided pass.
 * So the bits do not depend on the workers or their number.
 *
 * Batch norm adds up partial sums over the panels of all workers, in the order of the panels: the workers exchange sums
 * twice in every such layer, forward and backward.
 *
 * The second round is not split by panels, unlike the split of a recurrent pass: a panel's share of ∂L/∂W would be as
 * large as W, and W would be packed again in every layer.
 */

/**
 * Whether a pass can be split. A pass with batch norm can be split only if threads can share memory, because they
 * exchange sums in every layer.
 */
export const isSplittable = ({ spec, B }: Pick<DepthShape, "spec" | "B">): boolean =>
  B > 8 && (!mixesSamples(spec) || canShareMemory());

/** Panels that one worker takes. */
interface Group {
  readonly first: number;
  readonly count: number;
}

/** A tensor that a worker returns, and its place among the results. */
interface Landing {
  readonly tensor: PlannedTensor;
  readonly span: number;
  readonly offset: number;
}

/** The split of a pass that is bound and loaded, for a number of workers. */
export class SplitDepth {
  readonly #whole: DepthPass;
  readonly #groups: readonly Group[];
  readonly #plan: MemoryPlan;
  readonly #pass: number;
  readonly #units: number;
  readonly #setup: Setup;
  readonly #landings: readonly Landing[];
  readonly #reads: readonly Read[];
  readonly #gradients: readonly GradientPart[];
  readonly #buffers = new Buffers();
  /** The exchanges of a pass with batch norm. */
  readonly #exchanges: NormExchanges | undefined;

  /** @param version identifies this loading of the weights */
  constructor(engine: Engine, whole: DepthPass, threads: number, version: string) {
    this.#whole = whole;
    const { shape, tape, arena } = whole;
    const P = Math.ceil(shape.B / 8);
    this.#groups = share(P, threads);
    const most = this.#groups[0].count;
    const part: DepthShape = { ...shape, B: most * 8, meanOver: shape.B, split: "part" };
    const plan = planDepth(engine, part, tape);
    const image = new PlanImage(engine.base, plan);
    bindTape(image, part, tape);
    const chunks = chunksOf(tape.operations, shape.loss === "none" ? tape.lossFrom : tape.operations.length, threads);
    const behind = Math.ceil(plan.bytes / 64) * 64;
    this.#gradients = chunks.map((chunk) => planGradients(engine, tape.operations, chunk, shape.B, behind));
    const names = new Set(
      tape.operations.flatMap(({ weight, bias }) => [weight, bias]).filter((name) => name !== null),
    );
    const weights = [...names].map((name): Write => {
      const { offset, bytes } = plan.tensors.get(name) as PlannedTensor;
      const at = whole.parameters.addressOf(name);
      return { at: offset, data: arena.core.memory.buffer.slice(at, at + bytes) as ArrayBuffer };
    });
    this.#plan = plan;
    this.#pass = image.address("pass");
    this.#units = whole.units;
    const partials = plan.tensors.get("partials");
    if (partials !== undefined) this.#exchanges = normExchanges(whole, partials, this.#pass, P);
    this.#setup = {
      key: version,
      bytes: behind + Math.max(0, ...this.#gradients.map(({ plan: { bytes } }) => bytes)),
      writes: [...image.writes, ...weights],
      call: ["depthPack", this.#pass],
    };
    [this.#reads, this.#landings] = spans(plan, ({ role }) => FOUND.includes(role));
  }

  /** How many jobs there are in both rounds. */
  get jobs(): number {
    return this.#groups.length + this.#gradients.length;
  }

  /** Whether the jobs of the first round exchange sums, and so must run at the same time. */
  get exchangesSums(): boolean {
    return this.#exchanges !== undefined;
  }

  /** A job for each group of panels. */
  passes(): Job[] {
    const shared = this.#exchanges && sharedExchange(this.#groups.length, this.#exchanges.most);
    return this.#groups.map(
      ({ first, count }): Job => ({
        setup: this.#setup,
        writes: () => [this.#extent(first, count), ...this.#inputs(first, count)],
        call: this.#exchanges?.steps(first, count) ?? ["depthRun", this.#pass, 0, this.#units],
        reads: this.#reads,
        buffers: this.#buffers,
        ...(shared === undefined ? {} : { shared }),
      }),
    );
  }

  /** Sets the sums that `take` adds to, to zero. */
  begin(): void {
    const { arena, plan } = this.#whole;
    for (const { name, role, type } of plan.tensors.values()) {
      if (role === "sum") (type === "f64" ? arena.f64(name) : arena.i32(name)).fill(0);
    }
  }

  /** Stores the results of group g's job. */
  take(g: number, results: readonly ArrayBuffer[]): void {
    const { arena, shape } = this.#whole;
    const { first, count } = this.#groups[g];
    const lanes = this.#lanes(first, count);
    for (const { tensor, span, offset } of this.#landings) {
      const { name, role, bytes, shape: axes } = tensor;
      const from = (length: number) => new Uint8Array(results[span], offset, length);
      if (role === "sum") {
        const f64 = tensor.type === "f64";
        const [sums, counts] = f64
          ? [arena.f64(name), new Float64Array(results[span], offset, bytes / 8)]
          : [arena.i32(name), new Int32Array(results[span], offset, bytes / 4)];
        for (let i = 0; i < sums.length; i++) sums[i] += counts[i];
      } else if (role === "sample") {
        const size = tensor.type === "f64" ? 8 : 4;
        const rows = axes.slice(0, -1).reduce((product, axis) => product * axis, 1);
        for (let row = 0; row < rows; row++) {
          const own = new Uint8Array(results[span], offset + row * lanes * size, lanes * size);
          copyTo(arena, name, (row * shape.B + first * 8) * size, own);
        }
      } else {
        const panel = bytes / axes[0];
        copyTo(arena, name, first * panel, from(count * panel));
      }
    }
  }

  /** The jobs of the second round, one for every few operations; call it when the results of all groups are stored. */
  gradients(): Job[] {
    return this.#gradients.map(
      ({ pass, reads, ...part }): Job => ({
        setup: this.#setup,
        writes: () => [this.#operands(part)],
        call: ["depthGradients", pass],
        reads,
        buffers: this.#buffers,
      }),
    );
  }

  /** Stores the results of the j-th of those jobs. */
  takeGradients(j: number, [buffer]: readonly ArrayBuffer[]): void {
    const { arena } = this.#whole;
    const { plan, chunk, results } = this.#gradients[j];
    const start = (plan.tensors.get(results[0]) as PlannedTensor).offset;
    for (const name of results) {
      const { offset, bytes } = plan.tensors.get(name) as PlannedTensor;
      const at = offset - start;
      if (name === "sums") this.#whole.parameters.takeSums(chunk, new Float64Array(buffer, at, bytes / 8).slice());
      else copyTo(arena, name, name === "gradientExponents" ? chunk.from * 16 : 0, new Uint8Array(buffer, at, bytes));
    }
  }

  /** The number of samples, the number of panels and the first panel: the first three numbers of the pass's record. */
  #extent(first: number, count: number): Write {
    const { offset } = this.#plan.tensors.get("pass") as PlannedTensor;
    return { at: offset, data: Int32Array.of(this.#lanes(first, count), count, first).buffer as ArrayBuffer };
  }

  #lanes(first: number, count: number): number {
    return Math.min(count * 8, this.#whole.shape.B - first * 8);
  }

  #inputs(first: number, count: number): Write[] {
    const { arena } = this.#whole;
    const tensors = [...this.#plan.tensors.values()].filter(({ role }) => role === "batch");
    return tensors.map(({ name, offset: at, bytes, shape }): Write => {
      const panel = bytes / shape[0];
      return { at, data: bytesOf(arena, name, first * panel, this.#buffers.take(count * panel)) };
    });
  }

  /** Records, operands and ∂L/∂out of a chunk of operations, in the order of its plan. */
  #operands({ plan, at, written, records, chunk }: Omit<GradientPart, "pass" | "reads">): Write {
    const { arena, tape } = this.#whole;
    const data = this.#buffers.take(written);
    const bytes = new Uint8Array(data);
    const memory = new Uint8Array(arena.core.memory.buffer);
    const place = (name: string) => plan.tensors.get(name) as PlannedTensor;
    for (const { at: offset, data: record } of records) bytes.set(new Uint8Array(record), offset);
    const P = Math.ceil(this.#whole.shape.B / 8);
    for (let i = chunk.from; i < chunk.to; i++) {
      const operation = tape.operations[i];
      if (operation.weight === null) continue;
      const { rows, from, stride } = operandOf(operation, i);
      const [source, to] = [arena.address(from.tensor) + from.first * 32, place(`operand:${i}`).offset];
      // a part of a concatenation is copied panel by panel, any other matrix at once
      const [pieces, panels] = stride === rows ? [1, P] : [P, 1];
      for (let p = 0; p < pieces; p++) {
        const start = source + p * stride * 32;
        bytes.set(memory.subarray(start, start + panels * rows * 32), to + p * rows * 32);
      }
      for (const name of [`kept:${i}`, `kept:${i}.exponents`]) {
        const { offset, bytes: length } = place(name);
        bytes.set(memory.subarray(arena.address(name), arena.address(name) + length), offset);
      }
    }
    return { at, data };
  }
}

/** Divides P panels among the workers, the larger shares first. */
function share(P: number, threads: number): Group[] {
  const count = Math.min(P, threads);
  let first = 0;
  return Array.from({ length: count }, (_, g) => {
    const group = { first, count: Math.floor(P / count) + (g < P % count ? 1 : 0) };
    first += group.count;
    return group;
  });
}

/**
 * The roles of the tensors that a worker returns: values, ∂L/∂out, the loss's and every norm's numbers; φ' where
 * activations are measured.
 */
const FOUND: readonly Role[] = ["sample", "panel", "sum"];

/**
 * Joins wanted tensors that are neighbors in a plan into one read each; and the place of each tensor in these reads.
 */
function spans(plan: MemoryPlan, wanted: (tensor: PlannedTensor) => boolean): [reads: Read[], landings: Landing[]] {
  const reads: { at: number; bytes: number }[] = [];
  const landings: Landing[] = [];
  let joins = false;
  for (const tensor of plan.tensors.values()) {
    const { offset, bytes } = tensor;
    if (!wanted(tensor)) {
      joins = false;
      continue;
    }
    if (!joins) reads.push({ at: offset, bytes: 0 });
    joins = true;
    const read = reads[reads.length - 1];
    read.bytes = offset + bytes - read.at;
    landings.push({ tensor, span: reads.length - 1, offset: offset - read.at });
  }
  return [reads, landings];
}
