import type { Client } from "./client.ts";
import type { Moment } from "./messages.ts";
import type { PageState } from "./model/address.ts";

/** The parts of the page that a run needs. */
export interface RunPage {
  /** The worker that trains. */
  readonly passes: Client;
  readonly state: () => PageState;
  /** Shows a moment of the run; null if there is no run. */
  readonly draw: (moment: Moment | null, playing: boolean) => void;
  readonly notice: (text: string) => void;
}

/** Begins, plays, steps and ends the training of the network that the page shows. */
export class Run {
  readonly #page: RunPage;
  #moment: Moment | null = null;
  #playing = false;

  constructor(page: RunPage) {
    this.#page = page;
  }

  /** The moment that was shown last; null if no run has begun. */
  get moment(): Moment | null {
    return this.#moment;
  }

  /** Updates made, zero without a run. */
  get updates(): number {
    return this.#moment?.frame.updates ?? 0;
  }

  togglePlay(): void {
    const passes = this.#page.passes;
    if (this.#playing) void passes.ask("pause").then((last) => last !== null && this.#set(last, false));
    else void this.#withRun(async () => void (await passes.ask("play")), true);
  }

  step(): void {
    void this.#withRun(async () => this.#set(await this.#page.passes.ask("step", 1), false), false);
  }

  /** A moment that the worker has sent while it plays. */
  show(next: Moment): void {
    if (this.#moment !== null) this.#set(next, this.#playing && next.frame.stopped === null);
  }

  change(choice: PageState["training"]): void {
    if (this.#moment !== null) void this.#page.passes.ask("change", choice);
  }

  end(): void {
    if (this.#moment !== null) void this.#page.passes.ask("end");
    this.#moment = null;
    this.#playing = false;
    this.#page.draw(null, false);
  }

  async #withRun(act: () => Promise<void>, plays: boolean): Promise<void> {
    const { passes, state, draw, notice } = this.#page;
    try {
      const { current, training } = state();
      if (this.#moment === null) this.#set(await passes.ask("begin", { experiment: current, choice: training }), plays);
      this.#playing = plays;
      await act();
      draw(this.#moment, this.#playing);
    } catch (error) {
      notice(error instanceof Error ? error.message : String(error));
    }
  }

  #set(next: Moment, plays: boolean): void {
    this.#moment = next;
    this.#playing = plays;
    this.#page.draw(next, plays);
  }
}
