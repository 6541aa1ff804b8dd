/** Updates whose whole gradients are kept in files next to the record. */
import { describe, expect, it } from "vitest";
import { writeSafetensors } from "../../src/formats/index.ts";
import { readRecord, type RecordEvent, withArrays } from "../../src/records/index.ts";
import { pieces, recordText } from "./helpers.ts";

const file = writeSafetensors([
  ["a", { shape: [3], data: Float32Array.of(3, 0, 4) }],
  ["b", { shape: [1], data: Float32Array.of(0) }],
]);

async function eventsOf(updates: readonly object[], load: (name: string) => Uint8Array = () => file) {
  const events: RecordEvent[] = [];
  const text = recordText(["a", "b", "c"], updates);
  for await (const event of withArrays(readRecord(pieces(text), "run"), load)) events.push(event);
  return events.slice(1);
}

describe("whole gradients", () => {
  it("are measured where an update has no norms, and left alone where it has", async () => {
    const [first, second] = await eventsOf([
      { arrays: "run.0.safetensors" },
      { arrays: "x.safetensors", norm: [1, 1, 1] },
    ]);
    expect(first).toMatchObject({ update: { norm: [expect.closeTo(5, 12), 0, null], zeros: [1 / 3, 1, null] } });
    expect(second).toMatchObject({ update: { norm: [1, 1, 1] } });
  });

  it.each(["../other.safetensors", "/etc/passwd", "a/b.safetensors", "run.0.pt", "..safetensors"])(
    "%s leads elsewhere and is refused before it is opened",
    async (arrays) => {
      const load = () => {
        throw new Error("opened");
      };
      await expect(eventsOf([{ arrays }], load)).rejects.toThrow("a file NAME.safetensors beside the record");
    },
  );
});
