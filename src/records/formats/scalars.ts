import { layerName } from "../../metrics/index.ts";
import type { RecordEvent, RecordTensor } from "../types.ts";

/** A tool's entry for a key at a step: a number, or the norm from a histogram. */
export type Logged = number | { readonly norm: number; readonly meanAbs?: number };

/** The meaning of a key. */
type Meaning =
  | { readonly kind: "gradient" | "weight"; readonly name: string }
  | { readonly kind: "loss"; readonly rank: number }
  | { readonly kind: "rate" }
  | null;

/** `gradients/fc.weight`, `grad_norm/fc.weight`, `grad_2.0_norm/fc.weight`, `train/gradient/fc/kernel`. */
const GRADIENT_BEFORE = /^(?:.*\/)?grad(?:ient)?s?(?:_[\d.]+)?(?:[_-]?l2)?(?:[_-]?norms?)?[/:](.+)$/i;
/** `fc.weight.grad`, `fc.weight/grad_norm`, `fc.weight_gradient`. */
const GRADIENT_BEHIND = /^(.+?)[/._-]grad(?:ient)?s?(?:[_-]?l2)?(?:[_-]?norms?)?$/i;
const WEIGHT = /^(?:.*\/)?(?:weight|param|parameter)s?(?:[_-]norms?)?[/:](.+)$/i;
/** Names of the norm of all gradients together, which belongs to no layer. */
const TOTAL =
  /^(?:.*[/_.])?(?:total|all|global|overall|norm|mean|max|min|avg|train|training|optim|optimizer|step|epoch)$/i;
const NOT_TRAINED = /(^|[/_.-])(val|valid|validation|test|eval|evaluation|dev)([/_.-]|$)/i;

/** The meaning of a key, from its name. */
export function meaningOf(key: string): Meaning {
  const name = (GRADIENT_BEFORE.exec(key) ?? GRADIENT_BEHIND.exec(key))?.[1];
  if (name !== undefined) return TOTAL.test(name) ? null : { kind: "gradient", name };
  if (/loss/i.test(key)) {
    if (NOT_TRAINED.test(key)) return null;
    return {
      kind: "loss",
      rank: /^(train(ing)?[/_.-])?(batch[/_.-])?loss([/_.-](train(ing)?|step|batch))?$/i.test(key) ? 0 : 1,
    };
  }
  if (/(^|[/_.-])(lr|learning[_-]?rate)([/_.-]|$)/i.test(key)) return { kind: "rate" };
  const weight = WEIGHT.exec(key)?.[1];
  return weight === undefined || TOTAL.test(weight) ? null : { kind: "weight", name: weight };
}

/**
 * Turns keys and values by step into a record: each key that names a gradient becomes a tensor. A step is returned when
 * a later one begins; values that come after this are counted and left out.
 *
 * @param plain whether each key without another meaning is a tensor, as in a table of names by steps
 */
export class Scalars {
  readonly #plain: boolean;
  readonly #notes: readonly string[];
  readonly #meanings = new Map<string, Meaning>();
  readonly #places = new Map<string, number>();
  readonly #tensors: RecordTensor[] = [];
  #announced = 0;
  #step: number | null = null;
  #norm: (number | null)[] = [];
  #weight: (number | null)[] = [];
  #meanAbs: (number | null)[] = [];
  #any = { weight: false, meanAbs: false, loss: Number.POSITIVE_INFINITY };
  #loss: number | undefined;
  #rate: number | undefined;
  /** Number of values that came after the end of their step. */
  late = 0;

  constructor(plain: boolean, notes: readonly string[]) {
    [this.#plain, this.#notes] = [plain, notes];
  }

  /** Number of tensors so far. */
  get tensors(): number {
    return this.#tensors.length;
  }

  *add(step: number, key: string, value: Logged): Generator<RecordEvent> {
    if (this.#step !== null && step > this.#step) yield* this.flush();
    if (this.#step !== null && step < this.#step) {
      this.late++;
      return;
    }
    this.#step = step;
    let meaning = this.#meanings.get(key);
    if (meaning === undefined) {
      meaning = meaningOf(key);
      if (meaning === null && this.#plain && !TOTAL.test(key) && !/^_|time|epoch|accuracy|(^|[/_.])acc$/i.test(key)) {
        meaning = { kind: "gradient", name: key };
      }
      this.#meanings.set(key, meaning);
    }
    if (meaning === null) return;
    const number = typeof value === "number" ? value : value.norm;
    if (meaning.kind === "loss") {
      if (meaning.rank <= this.#any.loss) [this.#loss, this.#any.loss] = [number, meaning.rank];
      return;
    }
    if (meaning.kind === "rate") {
      this.#rate ??= number;
      return;
    }
    let place = this.#places.get(meaning.name);
    if (place === undefined) {
      if (meaning.kind === "weight") return; // of a tensor without a gradient
      place = this.#tensors.length;
      this.#places.set(meaning.name, place);
      this.#tensors.push({ name: meaning.name, layer: layerName(meaning.name) });
    }
    if (meaning.kind === "weight") {
      this.#weight[place] = number;
      this.#any.weight = true;
      return;
    }
    this.#norm[place] = number;
    if (typeof value !== "number" && value.meanAbs !== undefined) {
      this.#meanAbs[place] = value.meanAbs;
      this.#any.meanAbs = true;
    }
  }

  /** The events of the current step. */
  *flush(): Generator<RecordEvent> {
    if (this.#step === null) return;
    const count = this.#tensors.length;
    if (count > this.#announced) {
      this.#announced = count;
      const notes = this.#notes;
      yield { kind: "header", header: { tensors: this.#tensors.slice(), order: "unknown", axis: "layer", notes } };
    }
    const filled = (column: (number | null)[]) => Array.from({ length: count }, (_, i) => column[i] ?? null);
    if (count > 0) {
      const measured = this.#norm.length > 0;
      yield {
        kind: "update",
        update: {
          update: this.#step,
          loss: this.#loss,
          rate: this.#rate === undefined ? undefined : [this.#rate],
          ...(measured ? { norm: filled(this.#norm) } : {}),
          ...(measured && this.#any.weight ? { weightNorm: filled(this.#weight) } : {}),
          ...(measured && this.#any.meanAbs ? { meanAbs: filled(this.#meanAbs) } : {}),
        },
      };
    }
    [this.#step, this.#norm, this.#weight, this.#meanAbs] = [null, [], [], []];
    [this.#loss, this.#rate] = [undefined, undefined];
    this.#any = { weight: false, meanAbs: false, loss: Number.POSITIVE_INFINITY };
  }
}
