import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow } from "../flow/index.ts";

/** The events of a network, by name. */
export interface NetworkEvents {
  /**
   * A pass is done and measured; `flow` is the object that `propagate` returns. Not sent for the passes of a trainer,
   * which measure nothing.
   */
  readonly pass: { readonly flow: GradientFlow };
  /**
   * Values changed: by `parameters.set`, by a trainer's update, or by an initialization that waits for the first batch.
   */
  readonly parameters: { readonly names: readonly string[] };
  /**
   * Another plan was reserved: the bytes that this network holds, and the bytes of WASM memory that its engine holds
   * for all of its networks.
   */
  readonly memory: { readonly bytes: number; readonly engineBytes: number };
  /** The network was disposed of. Sent once; no event follows. */
  readonly dispose: Readonly<Record<never, never>>;
}

/** Called synchronously, in the order of subscription. */
export type NetworkListener<Name extends keyof NetworkEvents> = (event: NetworkEvents[Name]) => void;

const NAMES = { pass: true, parameters: true, memory: true, dispose: true } satisfies Record<keyof NetworkEvents, true>;

/** The listeners of one network. */
export class Listeners {
  readonly #by = new Map<keyof NetworkEvents, Set<NetworkListener<never>>>();

  /** @returns a function that ends the subscription @throws EvanesceError for an unknown event */
  add<Name extends keyof NetworkEvents>(name: Name, listener: NetworkListener<Name>): () => void {
    if (!Object.hasOwn(NAMES, name)) {
      throw new EvanesceError("network.on", `one of ${Object.keys(NAMES).join(", ")}`, name, "choose one");
    }
    if (typeof listener !== "function") {
      throw new EvanesceError(`network.on("${name}")`, "a function", listener, "give one that takes the event");
    }
    const own: NetworkListener<Name> = (event) => listener(event); // one function may subscribe twice
    const all = this.#by.get(name) ?? new Set();
    this.#by.set(name, all.add(own));
    return () => void all.delete(own);
  }

  /**
   * Calls the listeners. `event` is made only if there is one. An error that a listener throws is reported as uncaught,
   * as with an EventTarget; it stops neither the pass nor the other listeners.
   */
  tell<Name extends keyof NetworkEvents>(name: Name, event: () => NetworkEvents[Name]): void {
    const all = this.#by.get(name) as Set<NetworkListener<Name>> | undefined;
    if (all === undefined || all.size === 0) return;
    const data = event();
    for (const listener of [...all]) {
      try {
        listener(data);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Removes all listeners. */
  clear(): void {
    for (const all of this.#by.values()) all.clear();
  }
}
