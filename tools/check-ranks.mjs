// A room imports rooms of lower rank only, by package name; pure rooms import nothing of Node; no file escapes its room.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { root } from './ensure-built.mjs';

const RANK = {
  wire: 0,
  ebpf: 1,
  netlink: 1,
  compiler: 2,
  engine: 2,
  model: 3,
  linux: 3,
  datapath: 3,
  control: 4,
  agent: 5,
  cli: 6,
  web: 6,
};
const PURE = new Set(['wire', 'ebpf', 'netlink', 'compiler', 'engine', 'model', 'datapath', 'control']);
/** The folder of a pure room that may use Node: a subpath export of its own, which the rest of the room never imports. */
const NODE_DOOR = /^packages\/\w+\/src\/node\//;

const faults = [];
for (const room of readdirSync(join(root, 'packages'))) {
  if (!(room in RANK)) faults.push(`packages/${room}: a room without a rank; give it one in tools/check-ranks.mjs`);
  for (const file of sources(join(root, 'packages', room, 'src'))) checkFile(room, file);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;

function checkFile(room, file) {
  const path = relative(root, file);
  const isTest = /\.(test|fuzz)\.ts$/.test(file) || path.includes('/testing/');
  const text = readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/^\s*(?:import|export)\b[^'";]*?from\s+'([^']+)'/gm)) {
    if (specifier.startsWith('.')) {
      const target = resolve(file, '..', specifier);
      if (!target.startsWith(join(root, 'packages', room)))
        faults.push(`${path}: ${specifier} leaves its room; import by package name`);
    } else if (specifier.startsWith('@sluice/')) {
      const other = specifier.split('/')[1];
      if (other === room) continue;
      if (!(RANK[other] < RANK[room]))
        faults.push(`${path}: ${room} (rank ${RANK[room]}) may not import ${other} (rank ${RANK[other]})`);
    } else if (specifier.startsWith('node:') && PURE.has(room) && !isTest && !NODE_DOOR.test(path)) {
      faults.push(`${path}: ${room} is pure and may not import ${specifier}`);
    }
  }
  if (PURE.has(room) && !isTest && !NODE_DOOR.test(path)) {
    for (const [found] of text.matchAll(/\b(?:Date\.now|Math\.random|setTimeout)\s*\(/g)) {
      faults.push(`${path}: ${found.slice(0, -1)} in a pure room; time and chance are arguments`);
    }
  }
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
