/** Runs the command line: in this process with buffers for streams, or built and as a separate process. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { run } from "../../src/cli/run.ts";

export interface Finished {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of a terminal at both streams; without it they are pipes. */
  readonly terminal?: number;
  readonly signal?: AbortSignal;
}

/** The command line in this process. */
export async function evanesce(args: readonly string[], surroundings: Surroundings = {}): Promise<Finished> {
  const { terminal, env = {}, signal = new AbortController().signal } = surroundings;
  const written = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof written) => ({
    isTTY: terminal !== undefined,
    columns: terminal,
    write: async (text: string) => {
      written[name] += text;
    },
  });
  const code = await run(args, { stdout: sink("stdout"), stderr: sink("stderr"), env, signal });
  return { code, signal: null, ...written };
}

/** The output of `--json` without its command line, so that two command lines with the same result can be compared. */
export function measured(stdout: string) {
  const { command, ...rest } = JSON.parse(stdout);
  if (typeof command !== "string" || !command.startsWith("evanesce ")) throw new Error(`no command line: ${command}`);
  return rest;
}

/** A folder for the files of a test, with functions that write them. */
export function workspace() {
  const folder = mkdtempSync(join(tmpdir(), "evanesce-test-"));
  return {
    folder,
    path: (name: string) => join(folder, name),
    write: (name: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    json: (name: string, content: unknown) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The built command line's main file. Types are left unchecked, so that building takes a second; one build serves all
 * tests until a source changes.
 */
export function builtMain(): string {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".d.ts"),
  );
  const state = sources.map((name) => {
    const { mtimeMs, size } = statSync(join(ROOT, "src", name));
    return `${name} ${mtimeMs} ${size}`;
  });
  const key = createHash("sha1").update(state.sort().join("\n")).digest("hex").slice(0, 16);
  const folder = join(ROOT, "build", "test-cli", key);
  if (!existsSync(folder)) {
    removeStale(dirname(folder));
    const partial = `${folder}.${process.pid}`;
    for (const name of sources) transpile(name, join(partial, "dist", name.replace(/\.ts$/, ".js")));
    cpSync(join(ROOT, "package.json"), join(partial, "package.json"));
    try {
      renameSync(partial, folder);
    } catch {
      rmSync(partial, { recursive: true }); // another test file was faster
    }
  }
  return join(folder, "dist", "cli", "main.js");
}

/** Builds of earlier sources; one of the last ten minutes may be in use. */
function removeStale(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const age = Date.now() - statSync(join(folder, name)).mtimeMs;
    if (age > 600_000) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function transpile(name: string, target: string): void {
  const options = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  const { outputText } = ts.transpileModule(readFileSync(join(ROOT, "src", name), "utf8"), {
    compilerOptions: options,
    fileName: name,
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, outputText);
}

/**
 * A process and its whole output; `meanwhile` may act on it while it runs. With `group`, a signal goes to the processes
 * that it started too, as Ctrl-C in a terminal does.
 */
export function spawned(
  command: string,
  args: readonly string[],
  {
    env = {},
    cwd,
    group = false,
    meanwhile,
  }: {
    env?: Record<string, string>;
    cwd?: string;
    group?: boolean;
    meanwhile?: (kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const clean = { ...process.env, NO_COLOR: undefined, COLUMNS: undefined, ...env };
    const child = spawn(command, args, { env: clean, cwd, detached: group, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    // decoded as one stream, because a character may be split between two chunks
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    meanwhile?.((signal) => (group ? process.kill(-(child.pid as number), signal) : child.kill(signal)));
  });
}
