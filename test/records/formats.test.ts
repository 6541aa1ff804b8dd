/** Records of other tools: TensorBoard's events, tables, W&B's history. */
import { describe, expect, it } from "vitest";
import { eventFileHeader, scalarRecord } from "../../src/formats/tensorboard.ts";
import { meaningOf } from "../../src/records/formats/scalars.ts";
import { eventsOf, runOf } from "./helpers.ts";

const joined = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Updates as [step, loss, norms], and the names. */
async function simply(content: string | Uint8Array, size?: number) {
  const events = await eventsOf(content, size);
  const headers = events.flatMap((event) => (event.kind === "header" ? [event.header] : []));
  const updates = events.flatMap((event) => (event.kind === "update" ? [event.update] : []));
  return {
    names: headers.at(-1)?.tensors.map(({ name }) => name),
    updates: updates.map(({ update, loss, norm }) => [update, loss, norm]),
  };
}

describe("keys that people log", () => {
  it.each([
    ["gradients/fc1.weight", "gradient", "fc1.weight"],
    ["gradient/layers.0.weight", "gradient", "layers.0.weight"],
    ["grad_2.0_norm/fc.weight", "gradient", "fc.weight"],
    ["train/grad_norm/encoder/kernel", "gradient", "encoder/kernel"],
    ["fc.weight.grad", "gradient", "fc.weight"],
    ["fc.weight/grad_norm", "gradient", "fc.weight"],
    ["parameters/fc.weight", "weight", "fc.weight"],
  ])("%s is a %s of %s", (key, kind, name) => expect(meaningOf(key)).toEqual({ kind, name }));

  it.each(["grad_2.0_norm_total", "train/grad_norm", "grad_norm/total", "val_loss", "loss/validation", "accuracy"])(
    "%s is none of a layer's",
    (key) => expect(meaningOf(key)).toBeNull(),
  );

  it("the training loss goes before another", () => {
    expect(meaningOf("train/loss")).toEqual({ kind: "loss", rank: 0 });
    expect(meaningOf("loss")).toEqual({ kind: "loss", rank: 0 });
    expect(meaningOf("aux_loss")).toEqual({ kind: "loss", rank: 1 });
  });
});

describe("TensorBoard's events", () => {
  const events = joined([
    eventFileHeader(1),
    ...[0, 1, 2].map((step) =>
      scalarRecord({
        wallTime: step,
        step,
        scalars: {
          loss: 2 - step,
          "gradient/b.weight": step === 1 ? Number.NaN : 0.5,
          "gradient/a.weight": 0.25,
          lr: 0.1,
        },
      }),
    ),
  ]);

  it.each([1, 5, 1000])("are read back in pieces of %d bytes", async (size) => {
    expect(await simply(events, size)).toEqual({
      names: ["b.weight", "a.weight"],
      updates: [
        [0, 2, [0.5, 0.25]],
        [1, 1, [Number.NaN, 0.25]],
        [2, 0, [0.5, 0.25]],
      ],
    });
  });

  it("a torn last record loses that record", async () => {
    for (const cut of [1, 4, 20]) expect((await simply(events.slice(0, -cut))).updates.length).toBe(2);
  });

  it("a changed byte is found by its check", async () => {
    const changed = events.slice();
    changed[60] ^= 1;
    await expect(eventsOf(changed)).rejects.toThrow("records whose checks fit");
  });

  it("a histogram of a gradient gives its norm by its squares; a scalar may be a tensor", async () => {
    const { record, field, double, float } = protobuf();
    const histogram = [...double(1, -3), ...double(2, 4), ...double(3, 2), ...double(4, 1), ...double(5, 25)];
    const value = [...field(1, [...new TextEncoder().encode("gradients/w")]), ...field(5, histogram)];
    const scalar = [...field(1, [...new TextEncoder().encode("loss")]), ...field(8, [8, 1, ...field(4, float(0.5))])];
    const event = [...double(1, 0), 16, 7, ...field(5, [...field(1, value), ...field(1, scalar)])];
    expect(await simply(joined([eventFileHeader(0), record(event)]))).toEqual({
      names: ["w"],
      updates: [[7, 0.5, [5]]],
    });
  });
});

/** Messages written by hand, of kinds that the writer here does not write. */
function protobuf() {
  const bytes = (n: number, write: (view: DataView) => void) => {
    const out = new Uint8Array(n);
    write(new DataView(out.buffer));
    return [...out];
  };
  const framed = scalarRecord({ wallTime: 0, step: 0, scalars: {} });
  expect(framed.length).toBeGreaterThan(16);
  return {
    float: (value: number) => bytes(4, (view) => view.setFloat32(0, value, true)),
    double: (number: number, value: number) => [8 * number + 1, ...bytes(8, (view) => view.setFloat64(0, value, true))],
    field: (number: number, content: number[]) => [8 * number + 2, content.length, ...content],
    record: (data: number[]) => {
      const length = bytes(8, (view) => view.setBigUint64(0, BigInt(data.length), true));
      return Uint8Array.from([...length, ...check(length), ...data, ...check(data)]);
    },
  };
}

/** CRC-32C bit by bit, masked: another way than the reader's. */
function check(data: readonly number[]): number[] {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return [masked & 255, (masked >>> 8) & 255, (masked >>> 16) & 255, masked >>> 24];
}

describe("tables", () => {
  const wanted = {
    names: ["a.weight", "b.weight"],
    updates: [
      [0, 2.5, [0.5, 1e-8]],
      [10, 2.25, [0.25, Number.NaN]],
    ],
  };

  it("a column a name, a row a step", async () => {
    expect(await simply("step,loss,a.weight,b.weight\n0,2.5,0.5,1e-8\n10,2.25,0.25,nan\n")).toEqual(wanted);
    expect(await simply("loss;step;a.weight;b.weight\r\n2.5;0;0.5;1e-8\r\n2.25;10;0.25;nan\r\n")).toEqual(wanted);
  });

  it("a row a name, a column a step", async () => {
    expect(await simply("name,0,10\nloss,2.5,2.25\na.weight,0.5,0.25\nb.weight,1e-8,nan\n")).toEqual(wanted);
  });

  it("long: name, step, norm", async () => {
    const rows = [
      "0,loss,2.5",
      "0,a.weight,0.5",
      "0,b.weight,1e-8",
      "10,loss,2.25",
      "10,a.weight,0.25",
      "10,b.weight,nan",
    ];
    expect(await simply(`step,name,norm\n${rows.join("\n")}\n`)).toEqual(wanted);
  });

  it("as W&B exports them: the run before the key, least and most beside it", async () => {
    const head = '"Step","run-1 - loss","run-1 - gradients/a.weight","run-1 - gradients/a.weight__MIN"';
    expect(await simply(`${head}\n"0","2.5","0.5","0"\n`)).toEqual({ names: ["a.weight"], updates: [[0, 2.5, [0.5]]] });
  });

  it.each([
    ["a row too short", "step,a\n0\n", "line 2: 2 fields"],
    ["a step that is none", "step,a\nx,1\n", "step: a whole number"],
    ["no head", "1,2\n3,4\n", "a head with names of parameters"],
  ])("refuses %s", async (_, text, message) => await expect(eventsOf(text, 64)).rejects.toThrow(message));
});

describe("W&B's history", () => {
  // bins −1 … 0 … 1: the middles are ∓0.5
  const rows = [
    { _step: 0, loss: 2, "gradients/w": { _type: "histogram", values: [2, 2], bins: [-1, 0, 1] } },
    {
      _step: 1,
      loss: "NaN",
      "gradients/w": { _type: "histogram", values: [0, 4], packedBins: { min: -1, size: 1, count: 2 } },
    },
  ];

  it("as JSON lines and as one list", async () => {
    const wanted = {
      names: ["w"],
      updates: [
        [0, 2, [1]],
        [1, Number.NaN, [1]],
      ],
    };
    expect(await simply(rows.map((row) => `${JSON.stringify(row)}\n`).join(""))).toEqual(wanted);
    expect(await simply(JSON.stringify(rows, null, 2))).toEqual(wanted);
  });

  it("says that a norm from a histogram is an estimate", async () => {
    const run = await runOf(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    expect(run.header?.notes?.join()).toContain("estimate");
  });
});
