import { EvanesceError } from "../base/errors.ts";
import type { IdlePasses } from "../wasm/idle-passes.ts";
import type { MaskSeed } from "../wasm/masks.ts";
import type { ParameterMap, ScaledTensor } from "../wasm/scaled.ts";

/** A pass planned in WASM memory, whichever axis it runs along. */
export interface Pass {
  readonly bytes: number;
  /** The mean loss of the last run, and its share of right answers where the loss has classes. */
  readonly loss: number;
  readonly accuracy: number | null;
  /** The seed of the masks of the next batch that is fed. */
  maskSeed: MaskSeed;
  /**
   * Copies the parameters in, with pauses. @param parameters returns them; called again after every pause, because
   * views become detached
   */
  loadInParts(parameters: () => ParameterMap): Generator<void, void>;
  /** Brings renormalized gradients to 2^headroom from the next run on. */
  setHeadroom(headroom: number): void;
  /** Raises small entries of gradients from the next run on; the run then only tells which entries are zero. */
  setLifted(lifted: boolean): void;
  /** Runs the whole pass. */
  run(): void;
  /** Runs the pass with pauses; yields the share done. */
  slices(): Generator<number, void>;
  gradient(name: string, value: Float32Array): ScaledTensor;
  /** Writes ∂L/∂name at address `to` as float32, and returns ln of its norm before that. */
  gather(name: string, to: number, value: Float32Array): number;
  dispose(): void;
}

/** Frees the pass of a network that was collected without `dispose()`. */
const UNDISPOSED = new FinalizationRegistry<{ pass: { dispose(): void } | undefined }>(({ pass }) => pass?.dispose());

/** The one pass that a network keeps from call to call. It is planned again when a call needs another plan. */
export class HeldPass<P extends Pass> {
  /** How often parameters were loaded into a pass. */
  loads = 0;
  /** Whether the pass has run since it was last made ready. */
  finished = false;
  /** In an object of its own: the registry frees it when the network is collected. */
  readonly #box: { pass: P | undefined } = { pass: undefined };
  readonly #network: object;
  readonly #idle: IdlePasses;
  readonly #specKey: string;
  #key = "";
  /** Whether the pass holds the parameters as they are. */
  #loaded = false;
  /** Whether nothing reads the pass, now or later. Only then may another network take it over. */
  idle = false;
  #disposed = false;

  /**
   * @param network when it is garbage-collected, its pass is freed
   * @param idle keeps the pass of a network that was disposed of for the next one
   * @param specKey the same for networks that may take over each other's passes
   */
  constructor(network: object, idle: IdlePasses, specKey: string) {
    this.#network = network;
    this.#idle = idle;
    this.#specKey = specKey;
    UNDISPOSED.register(network, this.#box, network);
  }

  get pass(): P | undefined {
    return this.#box.pass;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** Marks the parameters in the pass as outdated. */
  outdate(): void {
    this.#loaded = false;
  }

  /**
   * Returns the pass of the last call if that had the same key, else an idle one, else a new one, always with the
   * current parameters. Pauses while the pass is planned, begun and loaded.
   *
   * @param parameters called after planning, because memory may grow there and detach views
   * @param begin readies a pass that this network has not used before
   * @param planned is called after that
   */
  *reuse(
    key: string,
    parameters: () => ParameterMap,
    make: () => Generator<void, P>,
    begin: (pass: P) => Generator<void, void>,
    planned: () => void,
  ): Generator<void, P> {
    this.requireAlive();
    let { pass } = this;
    if (pass === undefined || key !== this.#key) {
      this.#letGo();
      pass = (this.#idle.take(this.#specKey + key) as P | undefined) ?? (yield* make());
      // a pass that is abandoned before it is ready has no key
      [this.#box.pass, this.#key, this.#loaded, this.idle] = [pass, "", false, false];
      for (const _ of begin(pass)) {
        yield;
        this.requireAlive();
      }
      this.#key = key;
      planned();
      yield;
      this.requireAlive();
    }
    this.finished = false;
    this.idle = false;
    if (!this.#loaded) yield* this.#load(pass, parameters);
    return pass;
  }

  *#load(pass: P, parameters: () => ParameterMap): Generator<void, void> {
    this.#loaded = true; // parameters that change at a pause make it false
    this.loads++;
    let whole = false;
    try {
      yield* pass.loadInParts(parameters);
      whole = true;
    } finally {
      if (!whole) this.#loaded = false;
    }
  }

  /** @throws EvanesceError in these words where no pass has run */
  requireFinished(where: string, rule: string, remedy: string): P {
    this.requireAlive();
    if (this.pass !== undefined && this.finished) return this.pass;
    throw new EvanesceError(where, rule, "none", remedy);
  }

  /** @throws EvanesceError for a network that was disposed of */
  requireAlive(): void {
    if (this.#disposed) throw new EvanesceError("network", "alive", "a disposed one", "create a new one");
  }

  dispose(): void {
    this.#disposed = true;
    UNDISPOSED.unregister(this.#network);
    this.#letGo();
  }

  #letGo(): void {
    const { pass } = this;
    this.#box.pass = undefined;
    if (pass === undefined) return;
    if (this.idle) this.#idle.keep(this.#specKey + this.#key, pass);
    else pass.dispose();
  }
}
