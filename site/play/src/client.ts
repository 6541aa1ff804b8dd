import type { Answer, Asked, CallName, Message, Moment } from "./messages.ts";

/** A worker with named functions that return promises. */
export interface Client {
  ask<Name extends CallName>(call: Name, argument?: Asked<Name>): Promise<Answer<Name>>;
}

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/** @param onMoment called with every moment of a run */
export function startWorker(onMoment: (moment: Moment) => void = () => {}): Client {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("moment" in data) return onMoment(data.moment);
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if ("refusal" in data) one?.reject(new Error(data.refusal));
    else one?.resolve(data.value as never);
  });
  worker.addEventListener("error", ({ message }) => {
    for (const { reject } of waiting.values()) reject(new Error(message || "the worker did not start"));
    waiting.clear();
  });
  return {
    ask: (call, argument) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, call, argument });
      }),
  };
}

/**
 * Sends only the latest wish: while an answer is on its way, newer wishes replace each other, and the last one is sent
 * when the answer has come.
 *
 * @param rest how long to wait before the next one, as a multiple of the time that the last one took: an answer that
 *   takes long leaves the processor to those that are more urgent
 */
export function latest<Wish, Value>(
  ask: (wish: Wish) => Promise<Value>,
  onValue: (value: Value, wish: Wish) => void,
  onRefusal: (reason: string, wish: Wish) => void,
  rest = 0,
): (wish: Wish) => void {
  let next: { readonly wish: Wish } | null = null;
  let busy = false;
  const go = async (): Promise<void> => {
    busy = true;
    while (next !== null) {
      const { wish }: { readonly wish: Wish } = next;
      next = null;
      const begun = performance.now();
      try {
        onValue(await ask(wish), wish);
      } catch (error) {
        onRefusal(error instanceof Error ? error.message : String(error), wish);
      }
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest * (performance.now() - begun)));
    }
    busy = false;
  };
  return (wish) => {
    next = { wish };
    if (!busy) void go();
  };
}
