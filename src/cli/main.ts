#!/usr/bin/env node
// Node 22 keeps compiled code for the next start; asked before anything else is loaded
const { enableCompileCache } = (process.getBuiltinModule?.("node:module") ?? {}) as { enableCompileCache?: () => void };
enableCompileCache?.();
await (await import("./process.ts")).runProcess();

export {};
