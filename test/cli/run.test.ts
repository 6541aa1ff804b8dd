import { ACTIVATIONS, CELLS, RESIDUALS } from "../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { WEIGHT_INITS } from "../../src/spec/names.ts";
import { TASKS } from "../../src/tasks/index.ts";
import { evanesce } from "./command.ts";

const small = ["rnn", "--hidden", "8", "--steps", "50", "--batch", "4"];

/** A usage error: code 2, one message on stderr, nothing on stdout, no stack trace. */
async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce(args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^evanesce: .+\n/);
  expect(stderr).not.toMatch(/\n\s+at |node:|\.ts:|\.js:/);
  return stderr;
}

describe("evanesce rnn", () => {
  it("shows a tanh network's gradient die over the adding problem", async () => {
    const { code, stdout, stderr } = await evanesce(["rnn", "--init", "pytorch"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^VANISHING\n/);
    expect(stdout).toContain("adding, 1,000 steps, batch 32, seed 0");
    expect(stdout).toMatch(/halves every 1\.\d+ steps/);
    expect(stdout).toContain("float32 underflows, 1.4e-45");
    expect(stdout).toMatch(/\n\n→ .+\n/);
    expect(stdout).not.toContain("\u001b");
  });

  it("prints the JSON contract and nothing else", async () => {
    const { code, stdout, stderr } = await evanesce([...small, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const flow = JSON.parse(stdout);
    expect(flow).toMatchObject({ schema: "evanesce.flow/1", seed: 0, outcome: "finite", axis: "step" });
    expect(flow.lnGradientNorm).toHaveLength(50);
    expect(flow.ledger[0].total).toHaveLength(49);
    expect(flow.task).toMatchObject({ name: "adding", batch: 4, steps: 50, inputs: 2, outputs: 1, lossAt: "last" });
  });

  it("gives the same bits for the same seed, others for another", async () => {
    const run = async (seed: string) => JSON.parse((await evanesce([...small, "--seed", seed, "--json"])).stdout);
    const [a, again, b] = [await run("7"), await run("7"), await run("8")];
    expect(again).toEqual(a);
    expect(b.lnGradientNorm).not.toEqual(a.lnGradientNorm);
    expect(b.seed).toBe(8);
  });

  it("hands every option to the spec and the task", async () => {
    const args = [
      ...[
        "rnn",
        "--cell",
        "Leaky ReLU",
        "--hidden",
        "9",
        "--layers",
        "2",
        "--init",
        "gaussian",
        "--input-init",
        "he_normal",
      ],
      ...["--readout-init", "zeros", "--gain", "1.5", "--input-gain", "0.5", "--bias-std", "0.1", "--seed", "3"],
      ...["--task", "copy:symbols=3,alphabet=4", "--steps", "20", "--batch", "5", "--last-step", "--json"],
    ];
    const { code, stdout, stderr } = await evanesce(args);
    expect(code, stderr).toBe(0);
    const flow = JSON.parse(stdout);
    expect(flow.spec).toMatchObject({ cell: "leaky_relu", hidden: 9, layers: 2 });
    expect(flow.spec.init).toMatchObject({
      ...{ recurrent: "gaussian", input: "he_normal", readout: "zeros" },
      ...{ gain: 1.5, inputGain: 0.5, biasStd: 0.1 },
    });
    expect(flow.task).toMatchObject({ name: "copy", batch: 5, steps: 26, inputs: 6, outputs: 6, lossAt: "every" });
    expect(flow.lastStep.lnGradientNorm).toHaveLength(26);
    expect(flow.ledger).toHaveLength(2);
  });

  it("spells time skips, dilation, normalization, chrono and the cell's own options", async () => {
    const specOf = async (...args: string[]) => {
      const { code, stdout, stderr } = await evanesce([...small, ...args, "--json"]);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout).spec;
    };
    expect(await specOf("--layers", "3", "--dilation", "1,2,4")).toMatchObject({ dilation: [1, 2, 4] });
    expect(await specOf("--time-skip", "5,0.5")).toMatchObject({ timeSkip: { steps: 5, scale: 0.5 } });
    expect(await specOf("--time-skip", "5")).toMatchObject({ timeSkip: { steps: 5, scale: 1 } });
    expect(await specOf("--norm", "layer", "--cell", "gru")).toMatchObject({ norm: "layer" });
    expect(await specOf("--constraint", "orthogonal", "--cell", "gru")).toMatchObject({ constraint: "orthogonal" });
    expect(await specOf("--cell", "lstm", "--chrono", "40")).toMatchObject({ init: { chrono: 40 } });
    expect(await specOf("--cell", "leaky:leak=0.3,activation=relu")).toMatchObject({
      cell: "leaky",
      cellOptions: { leak: 0.3, activation: "relu" },
    });
    expect(await specOf("--cell", "lstm_peephole", "--forget-bias", "2")).toMatchObject({ init: { forgetBias: 2 } });
  });

  it("leaves out what it is told to", async () => {
    const { stdout } = await evanesce([...small, "--no-ledger", "--no-probe", "--no-contributions", "--json"]);
    const flow = JSON.parse(stdout);
    expect(flow.ledger).toBeNull();
    expect(flow).not.toHaveProperty("probe");
    expect(flow).not.toHaveProperty("contributions");
  });

  it("prints one line when quiet", async () => {
    const { stdout } = await evanesce(["rnn", "--quiet", "--init", "pytorch", "--hidden", "16"]);
    expect(stdout).toMatch(/^vanishing: .+\n$/);
  });

  it("takes a run that diverges, or a dead one, for a result", async () => {
    const broken = await evanesce([
      "rnn",
      "--cell",
      "relu",
      "--gain",
      "50",
      "--steps",
      "200",
      "--hidden",
      "16",
      "--json",
    ]);
    expect(broken.code).toBe(0);
    expect(JSON.parse(broken.stdout)).toMatchObject({ outcome: "nonfinite", diagnosis: { verdict: "nonfinite" } });
    const dead = await evanesce(["rnn", "--init", "zeros", "--steps", "20", "--hidden", "8", "--json"]);
    expect(dead.code).toBe(0);
    const flow = JSON.parse(dead.stdout);
    expect(flow.lnGradientNorm[0]).toBeNull();
    expect(flow.diagnosis.verdict).toBe("dead");
    for (const args of [
      ["--cell", "relu", "--gain", "50"],
      ["--init", "zeros"],
    ]) {
      expect((await evanesce(["rnn", "--steps", "100", "--hidden", "8", ...args])).code).toBe(0);
    }
  });
});

describe("how the report looks", () => {
  const longest = (text: string) => Math.max(...text.split("\n").map((line) => [...line].length));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are escape sequences
  const bare = (text: string) => text.replace(/\u001b\[[\d;]*m/g, "");

  it("colors a terminal, unless NO_COLOR, --no-color or TERM=dumb says otherwise", async () => {
    expect((await evanesce(small, { terminal: 100 })).stdout).toContain("\u001b[");
    expect((await evanesce(small, { terminal: 100, env: { NO_COLOR: "1" } })).stdout).not.toContain("\u001b");
    expect((await evanesce(small, { terminal: 100, env: { TERM: "dumb" } })).stdout).not.toContain("\u001b");
    expect((await evanesce([...small, "--no-color"], { terminal: 100 })).stdout).not.toContain("\u001b");
    expect((await evanesce([...small, "--json"], { terminal: 100 })).stdout).not.toContain("\u001b");
  });

  it("is as wide as the terminal, from 60 to 200, and as --columns and COLUMNS say", async () => {
    for (const [columns, width] of [
      [60, 60],
      [97, 97],
      [200, 200],
      [300, 200],
      [20, 60],
      [0, 80],
    ]) {
      expect(longest(bare((await evanesce(small, { terminal: columns })).stdout))).toBe(width);
    }
    expect(longest((await evanesce([...small, "--columns", "72"])).stdout)).toBe(72);
    expect(longest((await evanesce(small, { env: { COLUMNS: "90" } })).stdout)).toBe(90);
    expect(longest((await evanesce(small)).stdout)).toBe(80);
  });

  it("stays within ASCII where asked, or where the locale has no more", async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the claim
    const ascii = /^[\x00-\x7f]*$/;
    expect((await evanesce([...small, "--ascii"])).stdout).toMatch(ascii);
    expect((await evanesce(small, { env: { LC_ALL: "C" } })).stdout).toMatch(ascii);
    expect((await evanesce(small, { env: { LANG: "en_GB.UTF-8" } })).stdout).not.toMatch(ascii);
  });

  it("prints the same numbers for any number of workers", async () => {
    const printed = async (threads: string) => {
      const { stdout } = await evanesce([
        "rnn",
        "--hidden",
        "6",
        "--steps",
        "20",
        "--batch",
        "17",
        "--json",
        "--threads",
        threads,
      ]);
      const { command, ...flow } = JSON.parse(stdout);
      expect(command).toContain(`--threads ${threads}`);
      return flow;
    };
    const alone = await printed("1");
    expect(alone.contributions).toBeDefined();
    expect(await printed("2")).toEqual(alone);
  });

  it("prints JSON without progress where both --json and --quiet are given", async () => {
    const { code, stdout, stderr } = await evanesce([...small, "--json", "--quiet"], { terminal: 100 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).schema).toBe("evanesce.flow/1");
  });

  it("colors a pipe where FORCE_COLOR says so", async () => {
    const colored = async (FORCE_COLOR: string, ...more: string[]) =>
      (await evanesce([...small, ...more], { env: { FORCE_COLOR } })).stdout.includes("\u001b[");
    expect(await colored("1")).toBe(true);
    expect(await colored("0")).toBe(false);
    expect(await colored("1", "--no-color")).toBe(false);
  });

  it("takes other frameworks' spellings that have one meaning", async () => {
    const specOf = async (...args: string[]) => {
      const { code, stdout, stderr } = await evanesce([...args, "--json"]);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    const rnn = ["rnn", "--cell", "rnn", "--hidden-size", "6", "--num-layers=2", "--batch-size", "3", "--steps", "9"];
    const { command, ...others } = await specOf(...rnn, "--lr", "0.1");
    expect(others).toMatchObject({ spec: { cell: "tanh", hidden: 6, layers: 2 }, task: { batch: 3 } });
    expect(command).toContain("--hidden 6 --layers=2 --batch 3 --steps 9 --learning-rate 0.1");
    const mlp = await specOf("mlp", "--layers", "4", "--hidden-size", "7,6,5,4");
    expect(mlp.spec).toMatchObject({ depth: 4, width: [7, 6, 5, 4] });
  });

  it("says nothing on standard error where asked to be quiet, or where it is no terminal", async () => {
    expect((await evanesce([...small, "--quiet"], { terminal: 100 })).stderr).toBe("");
    expect((await evanesce(small)).stderr).toBe("");
  });
});

describe("mistakes", () => {
  it.each([
    [["rrn"], "unknown command 'rrn'", "did you mean rnn?"],
    [["lstm"], "unknown command 'lstm'", "did you mean evanesce rnn --cell lstm?"],
    [["rnn", "--epochs", "5"], "unknown option '--epochs'", "--updates N"],
    [["mlp", "--bidirectional"], "unknown option '--bidirectional'", "`evanesce rnn --bidirectional`"],
    [["rnn", "--steps", "abc"], '--steps: a whole number ≥ 2, got "abc"', ""],
    [["rnn", "--task", "noise", "--steps", "1.5"], "--steps: a whole number ≥ ", 'got "1.5"'],
    [["rnn", "--stpes", "10"], "unknown option '--stpes'", "did you mean --steps?"],
    [["rnn", "--stateful"], "unknown option '--stateful'", "`evanesce train` has it"],
    [["rnn", "--depth", "3"], "unknown option '--depth'", "`evanesce mlp`"],
    [["rnn", "--hidden", "3,x"], "--hidden: a whole number ≥ 1", 'got "x"'],
    [["rnn", "--steps"], "--steps: a value, got none", "write --steps <T>"],
    [["rnn", "--head-activation", "tanh"], "--head: a finite number or a list, got undefined; add it, because", ""],
    [["rnn", "extra"], "rnn: options and their values only, got 1 more", "evanesce help rnn"],
    [["mlp", "--half", "x"], '--half: no value, got "x"', "write --half alone"],
    [["propagate"], "SPEC.json|MODEL: required, got none", ""],
    [["rnn", "--build", "fast"], '--build: one of simd, relaxed, wide, auto, got "fast"', "choose one of these"],
    [["completion", "bsh"], 'shell: one of bash, zsh, fish, got "bsh"', "choose one of these"],
    [["rnn", "--columns", "20"], "--columns: a whole number from 60 to 200", "--columns 80"],
    [["rnn", "--cell", "tahn"], "--cell: one of tanh", 'got "tahn"; did you mean tanh?'],
    [["rnn", "--init", "ortogonal"], "--init: one of", "did you mean orthogonal?"],
    [["rnn", "--hidden", "0"], "--hidden: a whole number ≥ 1", 'got "0"'],
    [["rnn", "--hidden", "many"], "--hidden: a whole number", 'got "many"'],
    [["rnn", "--hidden", "1.5"], "--hidden: a whole number", 'got "1.5"'],
    [["rnn", "--gain", "NaN"], "--gain: a finite number", 'got "NaN"'],
    [["rnn", "--steps", "1"], "--steps: a whole number ≥ 2, got 1", ""],
    [["rnn", "--batch", "0"], "--batch: a whole number ≥ 1, got 0", ""],
    [["rnn", "--seed", "-1"], "--seed: a whole number ≥ 0", ""],
    [["rnn", "--memory-limit", "lots"], "--memory-limit: an amount of memory", "256MiB"],
    [["rnn", "--memory-limit", "1MiB"], "--memory-limit: a plan of at most 1048576 bytes", "raise the memory limit"],
    [["rnn", "--task", "addding"], "--task: the name of a task", "did you mean adding?"],
    [["rnn", "--task", "spirals"], "--task: a task for a recurrent network", "feedforward"],
    [["rnn", "--task", "copy:symbol=3"], "--task …:symbol: an option of this task", "did you mean symbols?"],
    [["rnn", "--task", "copy:symbols"], "--task: NAME:option=value", ""],
    [["rnn", "--task", "text"], "--task: a task that needs no file", "--text FILE"],
    [["rnn", "--text", "/no/such/file"], "/no/such/file: a readable file", "no such file or folder"],
    [["rnn", "--text", "/tmp"], "/tmp: a readable file", "a folder"],
    [["rnn", "--text", "/dev/zero"], "/dev/zero: a file", "a device"],
    [["rnn", "--text", "a", "--csv", "b"], "--csv: not together with --text", ""],
    [["rnn", "--text", "a", "--task", "adding"], "--task: not adding together with --text", ""],
    [["rnn", "--last-step"], "--last-step: a task with a loss at every step, unlike adding", "leave it out"],
    [["rnn", "--forget-bias", "1"], "--forget-bias: together with a cell with a forget gate", "--cell lstm"],
    [["mlp", "--images", "a"], "--labels: a file, together with --images", ""],
    [["mlp", "--norm-position", "post"], "--norm-position: together with a normalization", "add --norm layer"],
    [["mlp", "--norm", "weight", "--norm-position", "after"], "--norm-position: together with a normalization", ""],
    [["mlp", "--stochastic-depth", "0.5"], "--stochastic-depth: together with a residual path", "--residual identity"],
    [["mlp", "--block-layers", "2", "--residual", "dense"], "--block-layers: together with a residual path", ""],
    [["mlp", "--activation-position", "post"], "--activation-position: together with a residual path", ""],
    [["mlp", "--lsuv", "--gain", "2"], "--gain: together with weights that --lsuv does not rescale", ""],
    [["rnn", "--chrono", "50"], "--chrono: together with a cell with a gate that holds the past", "--cell lstm or gru"],
    [["rnn", "--cell", "indrnn", "--init", "gaussian"], "--init: together with a cell with a matrix from h to h", ""],
    [["rnn", "--cell", "tanh:leak=0.5"], "--cell …:leak: with one of leaky, leaky_learned", "leave it out"],
    [["rnn", "--cell", "leaky:leek=0.5"], "leek", "did you mean leak?"],
    [["train", "--saturation-every", "5"], "--saturation-every: together with a deep network", "leave it out"],
    [["train", "--checkpoint-every", "5"], "--checkpoint-every: together with a path for checkpoints", "--checkpoint"],
    [
      ["train", "--patience", "2", "--validation", "0"],
      "--patience: together with evaluations",
      "leave out --validation",
    ],
    [["train", "--optimizer", "adam:beta1=5", "--updates", "1"], "--optimizer …:beta1: a finite number", ""],
    [["predict", "--cell", "tanh", "--steps", "1e12"], "--steps: a whole number from 1 to 5000000", ""],
    [["claims", "--list", "--only", "cause-depht"], "--only: the id of a claim", "did you mean cause-depth?"],
    [["help", "trian"], "help: a command", "did you mean train?"],
    [["rnn", "--html", ""], '"": a path that can be written', ""],
    [
      ["rnn", "--svg", "package.json/x.svg"],
      "package.json/x.svg: a path that can be written",
      "a part of the path is not a folder",
    ],
    [["rnn", "--norm", "batch"], "--norm: one of none, layer", ""],
    [["rnn", "--cell", "mgu", "--norm", "layer"], "--norm: none for the cell mgu", "leave norm out"],
    [["rnn", "--constraint", "orthogonal", "--init", "gaussian"], "--init: orthogonal or identity under", ""],
    [["train", "--cell", "indrnn", "--constraint", "orthogonal"], "--constraint: none for the cell indrnn", ""],
    [["rnn", "--steps", "9007199254740991"], "--steps: at most 2147483647", ""],
    [["rnn", "--dilation", "0"], "--dilation: a whole number ≥ 1, got", ""],
    [["rnn", "--dilation", "1,2"], "--dilation: one number for each of 1 layers", ""],
    [["rnn", "--time-skip", "5,1,2"], "--time-skip: S, or S,α", "--time-skip 5,0.5"],
    [["rnn", "--time-skip", "0"], "--time-skip: a whole number ≥ 1", ""],
    [["mlp", "--threads", "2", "--batch", "8"], "--threads: with a batch of more than 8", "leave it out"],
    [["rnn", "--cell", "gru", "--compare", "tanh,lstm"], "--cell: not together with --compare, which varies it", ""],
    [["mlp", "--activation", "rleu"], "--activation: one of", "did you mean relu?"],
    [["mlp", "--width", "8,x"], "--width: a whole number", 'got "x"'],
    [["schema", "--inputs", "2"], "--inputs: together with a spec", ""],
  ])("%j: exit code 2 and a message that names it", async (args, message, remedy) => {
    const stderr = await refused(args);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });
});

describe("help", () => {
  it("is what no arguments print", async () => {
    const { code, stdout } = await evanesce([]);
    expect(code).toBe(0);
    for (const command of ["rnn", "mlp", "propagate", "schema", "Examples:"]) expect(stdout).toContain(command);
    expect((await evanesce(["--help"])).stdout).toContain("Examples:");
  });

  const COMMANDS = [
    ...["rnn", "mlp", "propagate", "train", "prescribe", "predict", "compare", "report", "claims", "schema"],
    "completion",
  ];
  it.each(COMMANDS)("of %s has examples, and every one of them parses", async (name) => {
    const { code, stdout } = await evanesce([name, "--help"]);
    expect(code).toBe(0);
    const examples = stdout.slice(stdout.indexOf("Examples:")).match(/^ {2}evanesce .*?(?= {2}|$)/gm) ?? [];
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples.filter((each) => each.includes(`evanesce ${name}`))) {
      const options = example.match(/--[a-z-]+/g) ?? [];
      for (const option of options)
        expect(stdout.slice(0, stdout.indexOf("Examples:")), example).toContain(`${option}`);
    }
    expect((await evanesce(["help", name])).stdout).toBe(stdout);
    const narrow = (await evanesce(["help", name], { terminal: 80 })).stdout;
    expect(narrow.split("\n").filter((line) => [...line].length > (line.includes(" evanesce ") ? 95 : 80))).toEqual([]);
  });

  it("lists names from the tables that define them", async () => {
    const rnn = (await evanesce(["rnn", "--help"])).stdout;
    for (const name of [...CELLS, ...WEIGHT_INITS]) expect(rnn).toContain(name);
    for (const { name } of TASKS.filter(({ kind }) => kind === "recurrent")) expect(rnn).toContain(name);
    const mlp = (await evanesce(["mlp", "--help"])).stdout;
    for (const name of [...ACTIVATIONS, ...RESIDUALS]) expect(mlp).toContain(name);
    for (const { name } of TASKS.filter(({ kind }) => kind === "feedforward")) expect(mlp).toContain(name);
  });

  it("says the version", async () => {
    expect((await evanesce(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("Ctrl-C", () => {
  it("ends with 130, and nothing on stdout", async () => {
    const stop = new AbortController();
    const done = evanesce(["rnn", "--steps", "200000", "--hidden", "16"], { signal: stop.signal });
    setTimeout(() => stop.abort(), 300);
    expect(await done).toMatchObject({ code: 130, stdout: "" });
  });
});
