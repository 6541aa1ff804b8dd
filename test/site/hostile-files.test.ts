/** Unknown files dropped on the playground: each is read, or refused with a message. */
import { describe, expect, it } from "vitest";
import { requireReadable } from "../../site/play/src/model/file-size.ts";
import { type Experiment, measureOnce } from "../../site/play/src/model/experiment.ts";
import { firstOf } from "../../site/play/src/model/first.ts";
import { openFile } from "../../site/play/src/model/open-file.ts";
import { EvanesceError } from "../../src/base/errors.ts";
import { diagnose, propagate } from "../../src/index.ts";
import { flowToJson } from "../../src/report/flow/json.ts";
import { jsonText } from "../../src/report/kit/json.ts";

const MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
const flow = propagate({ network: { kind: "recurrent", hidden: 3 }, task: { name: "adding", steps: 6 }, batch: 2 });
const result = (change: (json: Record<string, unknown>) => void): string => {
  const json = JSON.parse([...jsonText({ ...flowToJson(flow, diagnose(flow)) })].join(""));
  change(json);
  return JSON.stringify(json);
};
const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

const REFUSED: readonly (readonly [name: string, text: string])[] = [
  ["no ending", "x"],
  [`${MARKUP}.exe`, "x"],
  ["empty.json", ""],
  ["null.json", "null"],
  ["text.json", '"x"'],
  ["deep.json", nested],
  ["deep-spec.json", `{"kind":"recurrent","hidden":${nested}}`],
  ["twice.json", '{"kind":"recurrent","kind":"feedforward"}'],
  ["markup.json", `{"kind":"recurrent","cell":${JSON.stringify(MARKUP)}}`],
  ["key.json", `{"kind":"recurrent",${JSON.stringify(MARKUP)}:1}`],
  ["proto.json", '{"kind":"recurrent","__proto__":{"hidden":3}}'],
  ["schema.json", JSON.stringify({ schema: MARKUP })],
  ["no-profile.json", result((json) => void delete json.lnGradientNorm)],
  ["words.json", result((json) => void Object.assign(json, { lnGradientNorm: [MARKUP] }))],
  ["id.json", result((json) => void Object.assign(json, { layers: [{ suffix: "../../x" }] }))],
  ["empty.csv", ""],
  ["one.csv", "a\n1\n"],
  ["digits.csv", `a,b\n${"9".repeat(200_000)},x\n`],
  ["binary.csv", "\u0000\u0001\u0002"],
  ["junk.pt", "PK\u0003\u0004junk"],
  ["junk.onnx", nested],
  ["junk.h5", "\u0089HDF\r\n\u001a\n"],
  ["junk.keras", "PK"],
  ["junk.safetensors", nested],
];

describe("a file dropped on the playground", () => {
  it.each(REFUSED)("%s is refused in words", async (name, text) => {
    const opening = openFile({ name, bytes: new TextEncoder().encode(text), current: firstOf("recurrent") });
    const error = await opening.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(EvanesceError);
    expect((error as Error).message.length).toBeLessThan(5000);
  });

  it("markup in a result's words stays text: the page writes text nodes", async () => {
    const text = result((json) => void Object.assign(json.diagnosis as object, { summary: MARKUP }));
    const file = { name: `${MARKUP}.json`, bytes: new TextEncoder().encode(text), current: firstOf("recurrent") };
    const { opened } = await openFile(file);
    expect(opened).toMatchObject({ kind: "flow", diagnosis: { summary: MARKUP } });
  });

  it("a network too large for any memory is opened, and refused when it is measured", async () => {
    const bytes = new TextEncoder().encode('{"kind":"recurrent","hidden":1e9}');
    const { opened } = await openFile({ name: "huge.json", bytes, current: firstOf("recurrent") });
    const { experiment } = opened as { readonly experiment: Experiment };
    expect(() => measureOnce(experiment)).toThrow(EvanesceError);
  });

  it("one of more than half a gibibyte is not read", () => {
    expect(() => requireReadable({ name: "x.json", size: 2 ** 29 })).not.toThrow();
    expect(() => requireReadable({ name: "x.json", size: 2 ** 29 + 1 })).toThrow(/^x\.json: at most 536870912 bytes/);
  });
});
