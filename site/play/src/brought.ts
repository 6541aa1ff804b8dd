import type { Client } from "./client.ts";
import type { Experiment, Measured } from "./model/experiment.ts";
import { byId, say } from "./view/dom.ts";

/** The file of the network's data or weights. An address cannot hold it. */
export interface BroughtFile {
  readonly name: string;
  readonly weights: boolean;
}

/** Holds the visitor's file in the worker, and measures passes with it. */
export class Brought {
  readonly #passes: Client;
  #file: BroughtFile | null = null;

  constructor(passes: Client) {
    this.#passes = passes;
  }

  get file(): BroughtFile | null {
    return this.#file;
  }

  /** Takes the result of an opened file: only a file of weights or of data is kept. */
  take(name: string, { task }: Experiment, weights: boolean): void {
    this.#file = weights || task.file !== undefined ? { name, weights } : null;
  }

  async leave(): Promise<void> {
    this.#file = null;
    await this.#passes.ask("forget");
  }

  /** If the file does not fit a network, the network is measured without it, and the page says so. */
  async measure(experiment: Experiment): Promise<Measured> {
    try {
      return await this.#passes.ask("measure", experiment);
    } catch (error) {
      if (this.#file === null) throw error;
      const { name, weights } = this.#file;
      await this.leave();
      const measured = await this.#passes.ask("measure", experiment);
      const drawn = weights ? ": the weights are drawn from the seed" : "";
      say(byId("copied"), `${name} does not fit this network and is left out${drawn}.`);
      return measured;
    }
  }
}
