/** The playground's state: in addresses and back, as a command, as code, and what planted faults do. */
import { copyFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { propagate } from "../../src/index.ts";
import { compareWithTheory } from "../../src/diagnosis/index.ts";
import { FEEDFORWARD, feedforwardSpec } from "../../src/cli/networks/feedforward.ts";
import { RECURRENT, recurrentSpec } from "../../src/cli/networks/recurrent.ts";
import { keyOf, longName } from "../../src/cli/options/option.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { FIRST_STATE, fromAddress, type PageState, toAddress } from "../../site/play/src/model/address.ts";
import { asCode, asCommand, asFileCommand } from "../../site/play/src/model/command.ts";
import { placeOf, type Whole } from "../../site/play/src/model/controls/control.ts";
import { CONTROLS } from "../../site/play/src/model/controls/index.ts";
import { firstOf } from "../../site/play/src/model/first.ts";
import { checked, type Experiment, measureOnce } from "../../site/play/src/model/experiment.ts";
import { LEVELS, mended } from "../../site/play/src/model/levels.ts";
import { openFile } from "../../site/play/src/model/open-file.ts";
import { merged } from "../../site/play/src/model/merge-patch.ts";
import { criticalLine, movedTo, placeOf as planePlace } from "../../site/play/src/model/plane.ts";
import { criticality } from "../../src/theory/index.ts";
import { spawned, workspace } from "../cli/command.ts";
import { filePath } from "../models/golden.ts";

const EXPERIMENTS: readonly Experiment[] = [
  firstOf("recurrent"),
  firstOf("feedforward"),
  ...LEVELS.flatMap((level) => [level.start, mended(level)]),
];

describe("an address", () => {
  it.each(EXPERIMENTS.map((experiment, i) => [i, experiment] as const))(
    "experiment %i comes back as it was",
    (_, current) => {
      const state: PageState = {
        current,
        pinned: EXPERIMENTS[0],
        level: "sigmoid",
        training: { optimizer: "sgd", rate: 0.1, clip: 1 },
      };
      expect(fromAddress(toAddress(state))).toEqual({ state, fault: null });
      const alone = { ...FIRST_STATE, current };
      expect(fromAddress(toAddress(alone))).toEqual({ state: alone, fault: null });
    },
  );

  it("an empty one is the first visit; a network or a level alone is enough", () => {
    expect(fromAddress("")).toEqual({ state: FIRST_STATE, fault: null });
    const network = { kind: "feedforward", depth: 7 } as const;
    const { state } = fromAddress(`#network=${encodeURIComponent(JSON.stringify(network))}`);
    expect(state.current).toEqual({ ...firstOf("feedforward"), network });
    expect(fromAddress("#level=labels").state.current).toEqual(LEVELS.find(({ id }) => id === "labels")?.start);
  });

  it.each([
    ["#network=%7B", "network: JSON, got {"],
    ['#network={"kind":"recurrent","cell":"tan"}', "network.cell"],
    ["#batch=0", "batch: a whole number from 1"],
    ["#seed=x", "seed: JSON"],
    ["#network=7", "an object"],
  ])("%s is refused in a sentence, and the first visit shown", (address, word) => {
    const { state, fault } = fromAddress(address);
    expect(state).toEqual(FIRST_STATE);
    expect(fault).toContain("The address could not be read: ");
    expect(fault).toContain(word);
  });
});

describe("controls", () => {
  it("each shows what it has written, and every network it makes is sound", () => {
    for (const kind of ["recurrent", "feedforward"] as const) {
      const start = checked(firstOf(kind)) as Whole;
      for (const control of CONTROLS.filter(({ fits, id }) => fits(start) && id !== "kind")) {
        const values =
          control.type === "range"
            ? [control.places[0], control.places.at(-1) as number]
            : control.type === "choice"
              ? control.choices(start).map(([value]) => value)
              : [true, false];
        for (const value of values) {
          const written = checked(control.write(start, value as never)) as Whole;
          expect(control.read(written), `${control.id} ${value}`).toBe(value);
        }
      }
    }
  });

  it("a thumb stands at the nearest place", () => {
    expect([0, 14, 16, 99].map((value) => placeOf([0, 10, 20], value))).toEqual([0, 1, 2, 2]);
  });
});

describe("as a command", () => {
  /** The spec that the command line makes of these words. */
  const specOf = (words: readonly string[]) => {
    const recurrent = words[1] === "rnn";
    const values: Record<string, unknown> = {};
    for (let i = 2; i < words.length; i += 2) {
      const option = (recurrent ? RECURRENT : FEEDFORWARD).options.find((each) => longName(each) === words[i]);
      if (option === undefined) continue;
      const parse = (option as unknown as { parse?: (text: string) => unknown }).parse;
      values[keyOf(option)] = parse === undefined ? words[i + 1] : parse(words[i + 1]);
    }
    return recurrent ? recurrentSpec(values as never) : feedforwardSpec(values as never);
  };

  it.each(EXPERIMENTS.map((experiment, i) => [i, experiment] as const))(
    "experiment %i: its options make its network",
    (_, experiment) => {
      const command = asCommand(experiment);
      const { inputScale = 1, firstBias, labels } = experiment.edits;
      if (inputScale !== 1 || firstBias !== undefined || labels === "same") return expect(command).toBeNull();
      expect(specOf((command as string).split(" "))).toEqual(parseSpec(experiment.network));
    },
  );

  it("as code: planted faults do the same to a flow", async () => {
    for (const { start } of LEVELS.filter(({ id }) => ["first-layer", "unscaled", "labels"].includes(id))) {
      const code = asCode(start).replace(
        'from "evanesce"',
        `from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)}`,
      );
      const printed: string[] = [];
      const body = code.replace(/^import \{(.*)\} from .*$/m, "").replaceAll("console.log", "print");
      const library = await import("../../src/index.ts");
      const names = ["createNetwork", "diagnose", "taskBatch"] as const;
      new Function(...names, "print", body)(...names.map((name) => library[name]), (text: string) =>
        printed.push(text),
      );
      expect(printed).toEqual([measureOnce(start).diagnosis.summary]);
    }
  });
});

describe("a file's experiment, as a command and as code, gives the same numbers", () => {
  const files = workspace();
  afterAll(() => files.remove());
  const rows = Array.from({ length: 40 }, (_, i) => `${i},${(i * 7) % 11},${i % 2 ? "a" : "b"}`);
  files.write("mine.csv", ["x,y,class", ...rows].join("\n"));
  for (const name of ["mlp.onnx", "relu_rnn.safetensors"]) copyFileSync(filePath(name), files.path(name));
  const listed: Experiment = {
    ...firstOf("feedforward"),
    network: { kind: "feedforward", depth: 3, width: [8, 16, 8] },
  };

  it.each([
    ["a list of widths, which no option has", null],
    ["weights of a dense network", "mlp.onnx"],
    ["weights of a recurrent network", "relu_rnn.safetensors"],
    ["a table", "mine.csv"],
  ])("%s", async (_, name) => {
    const bytes = name === null ? null : new Uint8Array(readFileSync(files.path(name)));
    const brought = name === null || bytes === null ? null : await openFile({ name, bytes, current: listed });
    const experiment = brought === null ? listed : (brought.opened as { readonly experiment: Experiment }).experiment;
    const weights = brought?.own.weights === undefined ? null : name;
    const { summary, verdict } = measureOnce(experiment, brought?.own).diagnosis;

    const here = { cwd: files.folder };
    const tsx = ["--import", fileURLToPath(import.meta.resolve("tsx"))];
    const library = JSON.stringify(new URL("../../src/index.ts", import.meta.url).href);
    files.write("code.mts", asCode(experiment, weights).replace('"evanesce"', library));
    const byCode = await spawned(process.execPath, [...tsx, "code.mts"], here);
    expect(byCode.code, byCode.stderr).toBe(0);
    expect(byCode.stdout.trim()).toBe(summary);

    const command = asFileCommand(experiment, weights);
    // this file has no readout: a command would not draw one
    if (name === "relu_rnn.safetensors") return expect(command).toBeNull();
    const [, spec, rest] = /^echo '(.*)' > net\.json && evanesce (propagate net\.json .*)$/.exec(command ?? "") ?? [];
    files.write("net.json", spec);
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const byCommand = await spawned(process.execPath, [...tsx, main, ...rest.split(" "), "--quiet"], here);
    expect(byCommand.code, byCommand.stderr).toBe(0);
    expect(byCommand.stdout.trim()).toBe(`${verdict}: ${summary}`);
  });

  it("a planted fault has no command", () => {
    for (const { start } of LEVELS.filter(({ start }) => Object.keys(start.edits).length > 0))
      expect(asFileCommand(start, null)).toBeNull();
  });

  it("a file's name with a space stays one word", () => {
    const network = { ...listed.network, outputs: 2 };
    expect(asFileCommand({ ...listed, network }, "my weights.pt")).toContain(" --weights 'my weights.pt' ");
  });
});

it("an experiment without faults is the library's own pass, bit for bit", () => {
  const experiment = firstOf("recurrent");
  const { network, task, batch, seed } = experiment;
  const own = propagate({ network, task, batch, seed });
  expect(measureOnce(experiment).flow.lnGradientNorm).toEqual(own.lnGradientNorm);
});

it("theory covers the network that a visitor meets first, of either kind", () => {
  for (const kind of ["recurrent", "feedforward"] as const) {
    const { applies, lnExpected } = compareWithTheory(measureOnce(firstOf(kind)).flow);
    expect(applies).toBe(true);
    expect(lnExpected?.every(Number.isFinite)).toBe(true);
  }
});

it("a merge patch follows RFC 7396", () => {
  expect(merged({ a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: 4 }, e: [1] })).toEqual({ b: { c: 4, d: 3 }, e: [1] });
  expect(merged("text", { a: { b: null } })).toEqual({ a: {} });
});

describe("the plane", () => {
  it.each(["tanh", "elu", "relu", "leaky_relu"] as const)("%s: its line is theory's", (name) => {
    for (const { sigmaW, sigmaB } of criticalLine(name).filter((_, i) => i % 20 === 0)) {
      if (name.includes("relu")) {
        expect(sigmaW ** 2).toBeCloseTo(criticality(name, 0).sigmaW2 as number, 12);
        continue;
      }
      const { points } = criticality(name, sigmaB ** 2);
      const near = Math.min(...points.map(({ sigmaW2 }) => Math.abs(Math.sqrt(sigmaW2) / sigmaW - 1)));
      expect(near).toBeLessThan(0.01);
    }
  });

  it("a point that was moved stands where it was moved to", () => {
    for (const kind of ["recurrent", "feedforward"] as const) {
      const moved = checked(movedTo(checked(firstOf(kind)) as Whole, { sigmaW: 1.5, sigmaB: 0.3 })) as Whole;
      expect(planePlace(moved)).toEqual({ sigmaW: 1.5, sigmaB: 0.3 });
    }
  });
});
