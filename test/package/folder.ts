/** An empty folder into which the package was unpacked, as for a new user. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

export interface Folder {
  readonly path: string;
  readonly tarball: string;
  /** The list of files from `npm pack`. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
  /** Writes a file, and folders towards it. Returns its path. */
  write(name: string, text: string): string;
  /** The output of a program of this folder; rejects if it fails or writes to standard error. */
  node(...args: string[]): Promise<string>;
  remove(): void;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** Packs the build, unpacks it in node_modules, and links its dependencies beside it. Nothing is installed. */
export async function packedFolder(): Promise<Folder> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "evanesce-package-")));
  const packing = ["pack", "--json", "--ignore-scripts", "--pack-destination", path];
  const [packed] = JSON.parse((await run("npm", packing, { cwd: root })).stdout);
  const tarball = join(path, packed.filename);
  const installed = join(path, "node_modules", "evanesce");
  mkdirSync(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"]);
  const manifest: Manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const link = join(path, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(root, "node_modules", name)), link);
  }
  const folder: Folder = {
    path,
    tarball,
    manifest,
    files: packed.files.map((file: { path: string }) => file.path),
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    async node(...args) {
      const { stdout, stderr } = await run(process.execPath, args, { cwd: path });
      // Node 20 and 22 announce require() of an ES module as experimental
      const complaints = stderr.replace(/^.*ExperimentalWarning: .*\n|^\(Use `node --trace-warnings.*\n/gm, "");
      if (complaints !== "") throw new Error(complaints);
      return stdout;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write("package.json", '{ "private": true, "type": "module" }');
  return folder;
}
