import { compileText } from './src/testing/compile-text.ts';
import { randomProgram, RANDOM_PACKET_BYTES } from './src/testing/random-program.ts';
import { runInVm } from './src/testing/run-in-vm.ts';
import { runInKernel } from './src/node/bpftool.testing.ts';
import { formatProblem } from './src/index.ts';
const [from, to, kernel] = process.argv.slice(2).map(Number) as [number, number, number];
let bad = 0, refused = 0;
for (let seed = from; seed < to; seed++) {
  const program = randomProgram(seed * 7919);
  const packet = Uint8Array.from({ length: RANDOM_PACKET_BYTES }, (_, i) => (seed * 31 + i * 77 + (i >> 3) * seed) & 255);
  let r;
  try { r = compileText(program.text); } catch (e) { console.log('CRASH', seed, (e as Error).stack); bad++; continue; }
  if (!r.spec) { console.log(seed, r.problems.map(formatProblem).join('\n')); bad++; continue; }
  const want = program.run(packet).join();
  for (const engine of ['jit','interpreter'] as const) {
    const got = runInVm(r.spec, { packet, engine }).packet.join();
    if (got !== want) { console.log('DIFF', engine, seed); bad++; }
  }
  if (kernel) { try { const k = runInKernel(r.object!, 'p', packet); if (k.packet.join() !== want) { console.log('KDIFF', seed); bad++; } } catch (e) { refused++; console.log('KERNEL', seed, (e as Error).message.split('\n').slice(-14).join('\n')); } }
}
console.log('done', bad, refused);
