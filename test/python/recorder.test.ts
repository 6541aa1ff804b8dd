/**
 * python/evanesce_log.py where Debian's python3-torch is installed: its own tests, and its gradients along time
 * against the float64 oracle.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recurrentGoldens } from "../golden/read.ts";
import { runRecurrent } from "../oracle/recurrent.ts";
import { describeFramework } from "../setup/frameworks.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const has = (modules: string, python = PYTHON) => spawnSync(python, ["-c", `import ${modules}`]).status === 0;
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const environment = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };

/** Runs a file of Python tests and gives what it says at its end. */
function tests(name: string, python = PYTHON): string {
  const { status, stderr } = spawnSync(python, [file(name)], { encoding: "utf8", env: environment });
  expect(stderr, stderr).toMatch(/\nOK\n?$/);
  expect(status).toBe(0);
  return stderr;
}

describe.skipIf(!has("torch"))("the recorder for PyTorch", () => {
  it("agrees with PyTorch's own numbers", () => {
    expect(tests("test_evanesce_log.py")).toMatch(/Ran \d\d tests/);
  });

  const goldens = recurrentGoldens()
    .filter(({ spec }) => ["tanh", "relu", "lstm", "gru"].includes(spec.cell))
    // the replay knows losses as PyTorch has them by default
    .filter(({ batch }) => batch.lossOptions === undefined);
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "evanesce-record-"));
    execFileSync(PYTHON, [file("replay_golden.py"), folder], { env: environment });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(goldens)(
    "replays $name as the float64 oracle runs it",
    ({ name, spec, parameters, batch, inputs, targets }) => {
      const line = JSON.parse(readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n")[1]);
      const { layers } = runRecurrent(spec, parameters, { ...batch, inputs: inputs.data, targets: targets?.data });
      const expected = layers.flatMap(({ suffix, lnGradientNorm, lnCellGradientNorm }) => [
        { name: `rnn.${suffix}`, of: "h", ln: lnGradientNorm },
        ...(lnCellGradientNorm === undefined ? [] : [{ name: `rnn.${suffix}`, of: "c", ln: lnCellGradientNorm }]),
      ]);
      expect(line.stations).toHaveLength(expected.length);
      for (const { name, of, ln } of expected) {
        const station = line.stations.find((one: { name: string; of: string }) => one.name === name && one.of === of);
        expect(station.norm).toHaveLength(ln.length);
        expect(station.replayed).toBeLessThan(1e-5);
        station.norm.forEach((norm: number, t: number) => {
          // the output's gradient is a float32's
          if (ln[t] === Number.NEGATIVE_INFINITY) expect(norm).toBe(0);
          else expect(Math.abs(Math.log(norm) - ln[t]), `${name} ${of} ${t}`).toBeLessThan(2e-5);
        });
      }
    },
  );
});

// a Python with Keras and TensorFlow need not be the one with PyTorch
const KERAS = process.env.KERAS_PYTHON ?? PYTHON;

describeFramework("the recorder for Keras, with Keras itself", () => {
  it("agrees with TensorFlow's tape", () => {
    expect(tests("test_keras_itself.py", KERAS)).toMatch(/Ran \d+ tests/);
  });
});

describe.skipIf(!has("numpy"))("the recorder for Keras", () => {
  it("measures what a stand-in of Keras's interface trains", () => {
    expect(tests("test_keras_callback.py")).toMatch(/Ran \d+ tests/);
  });
});
