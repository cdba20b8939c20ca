#!/usr/bin/env node
// The command. In a checkout that is not built yet, says how to build it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist/sluice.js', import.meta.url);
if (existsSync(fileURLToPath(built))) {
  await import(built.href);
} else {
  console.error('sluice is not built yet: run npm start (or npm run build) once');
  process.exitCode = 70;
}
