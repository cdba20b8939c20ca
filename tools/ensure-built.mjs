// Brings a checkout to the point where everything runs: dependencies as locked, then the build. Plain JavaScript on
// Node alone, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs if the lock file changed since the last install. */
export function ensureInstalled() {
  const stamp = join(root, 'node_modules', '.sluice-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('installing dependencies (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

/** Builds if a source is newer than the last build. */
export async function ensureBuilt() {
  ensureInstalled();
  const stamp = join(root, '.cache', 'built');
  const sources = digest();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  const { build } = await import('./build.mjs');
  await build();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
}

/** Runs a command from the root; its failure ends the process with its status. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function digest() {
  const hash = createHash('sha256');
  for (const folder of ['packages', 'tools']) visit(join(root, folder), hash);
  return hash.digest('hex');
}

function visit(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.endsWith('.gen.ts')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) visit(path, hash);
    else hash.update(`${path}\0${statSync(path).size}\0`).update(readFileSync(path));
  }
}
