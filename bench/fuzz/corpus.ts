/** Inputs that once failed, or that stand for a kind that did: every run tries them first. */

const text = (value: string) => new TextEncoder().encode(value);
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

function safetensorsOf(header: string): Uint8Array {
  const bytes = new Uint8Array(8 + header.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(text(header), 8);
  return bytes;
}

function npyOf(header: string): Uint8Array {
  const bytes = new Uint8Array(12 + header.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 2, 0]);
  new DataView(bytes.buffer).setUint32(8, header.length, true);
  bytes.set(text(header), 12);
  return bytes;
}

const cyclic: unknown[] = [];
cyclic.push(cyclic);

export const CORPUS = {
  specs: [
    { kind: "recurrent", hidden: 2 ** 40 },
    {
      kind: "recurrent",
      cell: "identity",
      hidden: 4,
      timeSkip: [1, 0.5],
      init: { recurrent: "zeros", input: "zeros" },
    },
    { kind: "recurrent", layers: 2 ** 31 },
    { kind: "feedforward", depth: 1e9 },
    { kind: "feedforward", width: [1e308], depth: 1 },
    { kind: "feedforward", norm: "batch", activation: "tanh", normPosition: "post", init: { biasStd: 5 }, depth: 8 },
    { kind: "feedforward", init: { biasStd: 3e38 }, depth: 3, width: 3 },
    JSON.parse('{"kind":"recurrent","__proto__":{"cell":"lstm"}}'),
    { kind: "constructor" },
    { kind: { toString: 5 } },
    { kind: "recurrent", cell: "__proto__", hidden: 3 },
    cyclic,
  ],
  tasks: [
    [
      { kind: "recurrent", hidden: 3 },
      { name: "adding", steps: 2 ** 31 },
    ],
    [
      { kind: "recurrent", hidden: 3 },
      { name: "arrays", inputs: cyclic },
    ],
    [
      { kind: "feedforward", depth: 2, width: 3 },
      { name: "gaussian", inputs: 4e8 },
    ],
  ],
  options: [
    { network: { kind: "recurrent", hidden: 3 }, seed: Number.NaN },
    { network: { kind: "recurrent", hidden: 3 }, seed: -1 },
    { network: { kind: "recurrent", hidden: 3 }, truncate: null },
    { network: { kind: "recurrent", hidden: 3 }, engine: {} },
    { network: { kind: "recurrent", hidden: 3 }, ledger: "no" },
  ],
  files: [
    new Uint8Array(0),
    text(nested(200_000)),
    safetensorsOf(nested(100_000)),
    safetensorsOf(`{"a":${nested(5000)}}`),
    npyOf(`{'descr': '<f4', 'fortran_order': False, 'shape': ${"(".repeat(20_000)}`),
    text(`a,b\n${"9".repeat(200_000)},1\n`),
    text(`a\n${"1 ".repeat(100_000)}x\n`),
  ],
  results: [
    { schema: "evanesce.claims/1", claims: [{ id: "</script><script>alert(1)</script>" }] },
    { schema: "evanesce.flow/1", layers: [{ suffix: "../../x" }] },
    { schema: "evanesce.trace/1" },
    null,
  ],
  records: [
    "",
    "{",
    '{"hash":"","result":null}',
    '{"result":{"start":{"decay":"x"}}}',
    nested(100_000),
    '{"update":-1}',
    `{"update":1,"tensors":{"\u001b[2J":{}}}`,
  ],
  monitored: [
    [[new Array(1), {}]],
    [[[{ name: "a", gradient: [1] }], { activations: [null] }]],
    [[[{ name: "a", gradient: [1] }], null]],
  ],
  addresses: [
    "#network=%",
    '#network={"kind":"recurrent","hidden":1e9}',
    `#network=${nested(20_000)}`,
    "#level=__proto__",
  ],
  commandLines: [
    ["rnn", "--hidden", "NaN"],
    ["inspect", "\u001b]0;x\u0007.pt"],
    ["report", "no\u202efile.json"],
    ["rnn", "--steps", "5", "--seed", "-1"],
    ["mlp", "--depth", "3", "--width", "4,,4"],
  ],
} as const;
