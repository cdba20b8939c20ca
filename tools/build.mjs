// Compiles the datapath's BPF programs into packages/datapath/src/objects.gen.ts, then bundles the command line and each
// library. Sources are TypeScript throughout; esbuild only strips types.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root, run } from './ensure-built.mjs';

const LIBRARIES = ['wire', 'ebpf', 'netlink', 'compiler', 'engine', 'model', 'linux', 'datapath', 'control'];

export async function build() {
  ensureInstalled();
  const esbuild = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'warning',
    sourcemap: 'linked',
  };
  console.error('building: the language surface');
  run(process.execPath, ['--conditions=source', '--import', 'tsx', 'packages/compiler/src/node/generate-surface.ts']);
  console.error('building: BPF programs');
  mkdirSync(join(root, '.cache'), { recursive: true });
  const generator = join(root, '.cache', 'compile-datapath.mjs');
  await esbuild.build({
    ...common,
    entryPoints: ['tools/compile-datapath.ts'],
    outfile: generator,
    platform: 'node',
    external: ['typescript'],
  });
  const { compileDatapath } = await import(`${pathToFileURL(generator).href}?${Date.now()}`);
  compileDatapath(root);
  console.error('building: command line and libraries');
  await esbuild.build({
    ...common,
    entryPoints: ['packages/cli/src/sluice.ts'],
    outdir: 'packages/cli/dist',
    platform: 'node',
    splitting: true,
    external: ['typescript', 'koffi'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  for (const library of LIBRARIES) {
    await esbuild.build({
      ...common,
      entryPoints: entriesOf(library),
      outbase: `packages/${library}/src`,
      outdir: `packages/${library}/dist`,
      platform: 'node',
      external: ['@sluice/*', 'typescript', 'koffi', 'yaml'],
    });
  }
}

/** The sources behind a library's exports that others may install (`testing` is for this workspace's tests). */
function entriesOf(library) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', library, 'package.json'), 'utf8'));
  const exported = Object.values(manifest.exports).filter((target) => target.default !== undefined);
  return exported.map((target) => join('packages', library, target.source));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
