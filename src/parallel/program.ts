import { FIRST_PLACE } from "./job.ts";

/**
 * How often a thread reads a count before it sleeps: this takes about as long as waking up, some fifty microseconds.
 */
const AWAKE = 5000;

/**
 * The program of a worker, as text: started from a string in Node and from a Blob in browsers, so it needs no path that
 * a bundler, server or CDN could break. It is a script, not a module, and is not compiled: plain JavaScript of ES2020.
 */
export const PROGRAM = `
"use strict";
const port = typeof require === "function" ? require("node:worker_threads").parentPort : self;
let core; // the exports of this worker's own instance
let base; // first byte the core itself does not use

function write({ at, data }) {
  new Uint8Array(core.memory.buffer, base + at, data.byteLength).set(new Uint8Array(data));
}

function run([name, ...operands]) {
  core[name](...operands);
}

// Runs calls and exchanges in order. A place is used again only after the next exchange, when all have read it.
function runTogether(steps, { memory, members, most }) {
  const control = new Int32Array(memory, 0, 2);
  let turn = 0;
  for (const step of steps) {
    if (Array.isArray(step)) {
      run(step);
      continue;
    }
    const { at, from, to, bytes } = step;
    const place = ${FIRST_PLACE} + (turn & 1) * most;
    const own = new Uint8Array(core.memory.buffer, base + at, bytes);
    new Uint8Array(memory, place + from, to - from).set(own.subarray(from, to));
    meet(control, members * ++turn);
    own.set(new Uint8Array(memory, place, bytes));
  }
}

// Waits until the due arrivals are counted, over all exchanges. First it polls, because waking up takes longer.
function meet(control, due) {
  if (Atomics.add(control, 0, 1) + 1 >= due) Atomics.notify(control, 0);
  for (let tries = 0; ; tries++) {
    const seen = Atomics.load(control, 0);
    if (seen >= due) break;
    if (tries >= ${AWAKE}) Atomics.wait(control, 0, seen);
  }
  if (Atomics.load(control, 1) !== 0) throw new Error("the exchange was ended");
}

function answer({ module, setup, writes, call, shared, reads, into }) {
  if (module !== undefined) {
    core = new WebAssembly.Instance(module, {}).exports;
    base = core.memory.buffer.byteLength;
  }
  if (setup !== undefined) {
    const missing = base + setup.bytes - core.memory.buffer.byteLength;
    if (missing > 0) core.memory.grow(Math.ceil(missing / 65536));
    new Uint8Array(core.memory.buffer, base, setup.bytes).fill(0);
    setup.writes.forEach(write);
    if (setup.call !== undefined) run(setup.call);
  }
  writes.forEach(write);
  if (shared !== undefined) runTogether(call, shared);
  else run(call);
  return reads.map(({ at, bytes }, i) => {
    const buffer = into === undefined ? new ArrayBuffer(bytes) : into[i];
    new Uint8Array(buffer).set(new Uint8Array(core.memory.buffer, base + at, bytes));
    return buffer;
  });
}

port.onmessage = ({ data }) => {
  try {
    const results = answer(data);
    const spent = data.writes.map(({ data }) => data);
    port.postMessage({ results, spent }, [...results, ...spent]);
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
};
`;
