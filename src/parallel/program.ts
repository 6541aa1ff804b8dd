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

function answer({ module, setup, writes, call, reads, into }) {
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
  run(call);
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
