/** Files that results are written to, results that are read back, comparisons, completion. */
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { writeWhole } from "../../src/cli/files.ts";
import { unbroken } from "../report/words.ts";
import { evanesce, spawned, workspace } from "./command.ts";

const files = workspace();
afterAll(() => files.remove());
const small = ["rnn", "--hidden", "8", "--steps", "40", "--batch", "4"];

async function done(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

async function refused(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce(args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  return stderr;
}

const png = (path: string) => readFileSync(path).subarray(1, 4).toString() === "PNG";

describe("files beside what is printed", () => {
  it("a page has every figure in three forms, and its numbers", async () => {
    const folder = files.path("figures");
    const paths = ["--html", files.path("a.html"), "--svg", folder, "--png", folder, "--figure-data", folder];
    const printed = await done([...small, ...paths, "--json"]);
    expect(printed).toBe(await done([...small, "--json"]));
    const names = readdirSync(folder);
    for (const id of ["gradient-profile", "ledger", "contributions"]) {
      expect(names).toEqual(expect.arrayContaining(["svg", "png", "csv", "json"].map((ending) => `${id}.${ending}`)));
    }
    expect(png(`${folder}/ledger.png`)).toBe(true);
    expect(unbroken(readFileSync(files.path("a.html"), "utf8"))).toContain(
      "evanesce rnn --hidden 8 --steps 40 --batch 4</code>",
    );
  });

  it("one figure, chosen by name", async () => {
    await done([...small, "-q", "--svg", files.path("l.svg"), "--figure", "ledger"]);
    expect(readFileSync(files.path("l.svg"), "utf8")).toContain('aria-labelledby="ledger-title');
    await done([...small, "-q", "--figure-data", files.path("p.csv")]);
    expect(readFileSync(files.path("p.csv"), "utf8").split("\n")).toHaveLength(42);
  });

  it.each([
    [["--figure", "leger", "--svg", "l.svg"], "--figure: one of gradient-profile, ledger", "did you mean ledger?"],
    [["--figure", "ledger"], "--figure: together with --svg", "add one"],
    [["--png", "x.svg"], "--png: a file that ends in .png, or a folder", "rename it"],
    [["--html", "/no/such/folder/a.html"], "/no/such/folder/a.html: a path that can be written", "no such file"],
  ])("%j is refused", async (args, message, remedy) => {
    const stderr = await refused([...small, ...args.map((arg) => (arg === "l.svg" ? files.path(arg) : arg))]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(remedy);
  });
});

describe("writing", () => {
  const bytes = new TextEncoder().encode("new");

  it("through a link into the file it names, whose permissions stay", () => {
    const target = files.write("target.txt", "old");
    execFileSync("chmod", ["600", target]);
    symlinkSync(target, files.path("link.txt"));
    writeWhole(files.path("link.txt"), bytes);
    expect(lstatSync(files.path("link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toBe("new");
    expect(statSync(target).mode & 0o777).toBe(0o600);
  });

  it("through a link that leads nowhere yet", () => {
    mkdirSync(files.path("there"));
    symlinkSync("there/new.txt", files.path("dangling.txt"));
    writeWhole(files.path("dangling.txt"), bytes);
    expect(readFileSync(files.path("there/new.txt"), "utf8")).toBe("new");
  });

  it("into a pipe and a device, which stay what they are", async () => {
    const pipe = files.path("pipe");
    execFileSync("mkfifo", [pipe]);
    const read = spawned("cat", [pipe]); // a separate process, because it holds the other end of the pipe
    writeWhole(pipe, bytes);
    expect((await read).stdout).toBe("new");
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    writeWhole("/dev/null", bytes);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("evanesce report", () => {
  it("shows what --json printed as the measuring command does", async () => {
    const path = files.write("flow.json", await done([...small, "--json"]));
    expect(await done(["report", path])).toBe(await done(small));
    expect(await done(["report", path, "--quiet", "--html", files.path("r.html")])).toMatch(/^\w+: .+\n$/);
    expect(readFileSync(files.path("r.html"), "utf8")).toContain("<figure");
  });

  it("says what is wrong with a file that is no result", async () => {
    expect(await refused(["report", "package.json"])).toContain("package.json.schema: a result of evanesce");
    expect(await refused(["report", files.write("x.json", "{")])).toContain("valid JSON");
    expect(await refused(["report", "/no/such.json"])).toContain("no such file");
  });
});

describe("comparison", () => {
  it("of cells in one call: a plot, a table, a page", async () => {
    const text = await done([...small, "--compare", "tanh,lstm,gru", "--html", files.path("c.html")]);
    expect(text).toMatch(/^COMPARISON of 3\n/);
    for (const name of ["tanh", "lstm", "gru"])
      expect(text).toMatch(new RegExp(`\\n${name} +vanishing|\\n${name} +healthy`));
    expect(readFileSync(files.path("c.html"), "utf8")).toContain('id="comparison"');
    for (const columns of [60, 200]) {
      const lines = (await done([...small, "--compare", "tanh,relu", "--columns", `${columns}`])).split("\n");
      expect(Math.max(...lines.map((each) => [...each].length))).toBeLessThanOrEqual(columns);
    }
  });

  it("of any option, as JSON", async () => {
    const printed = JSON.parse(await done([...small, "--compare", "gain=0.5,1", "--json"]));
    expect(printed).toMatchObject({ schema: "evanesce.comparison/1", axis: "step" });
    expect(printed.entries.map(({ name }: { name: string }) => name)).toEqual(["gain 0.5", "gain 1"]);
    expect(printed.entries[0].perStation).toBeGreaterThan(printed.entries[1].perStation + 0.5);
    expect(printed.entries[0].lnGradientNorm).toHaveLength(40);
  });

  it("of files, named by what sets them apart", async () => {
    const a = files.write("a.json", await done([...small, "--json"]));
    const b = files.write("b.json", await done([...small, "--cell", "gru", "--json"]));
    const page = files.path("ab.html");
    expect(await done(["compare", a, b, "--quiet", "--html", page])).toMatch(/^tanh: \w+\ngru: \w+\n$/);
    expect(unbroken(readFileSync(page, "utf8"))).toContain(
      "evanesce rnn --hidden 8 --steps 40 --batch 4 --cell gru</code>",
    );
    const deep = files.write("d.json", await done(["mlp", "--depth", "5", "--width", "8", "--json"]));
    expect(await refused(["compare", a, deep])).toContain("results along one axis");
    expect(await refused(["compare", a])).toContain("at least two results");
  });

  it.each([
    ["tanh", "at least two values"],
    ["cel=tanh,gru", "did you mean cell?"],
    ["tahn,gru", "did you mean tanh?"],
  ])("refuses %s", async (value, message) => {
    expect(await refused([...small, "--compare", value])).toContain(message);
  });

  it("is of flows alone", async () => {
    expect(await refused([...small, "--compare", "tanh,gru", "--spectrum"])).toContain("not together with --spectrum");
  });
});
