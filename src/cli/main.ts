#!/usr/bin/env node
// Node 22 keeps compiled code for the next start; asked before anything else is loaded
const { enableCompileCache } = (process.getBuiltinModule?.("node:module") ?? {}) as { enableCompileCache?: () => void };
enableCompileCache?.();
// from source: a core older than assembly/ is built first; the package's bundle leaves this line out
if (import.meta.url.endsWith(".ts")) await freshenCore();
await (await import("./process.ts")).runProcess();

async function freshenCore(): Promise<void> {
  const script = new URL("../../scripts/core/fresh.mjs", import.meta.url).href;
  await ((await import(script)) as { freshenCore(): Promise<void> }).freshenCore();
}

export {};
