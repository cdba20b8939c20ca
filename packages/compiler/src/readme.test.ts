import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatProblem } from './diagnostics/problem.ts';
import { compileText } from './testing/compile-text.ts';

const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, source]) => source!);

it.each(examples)('example %# of the README compiles', (source) => {
  const { object, problems } = compileText(source);
  expect(problems.map(formatProblem)).toEqual([]);
  expect(object).toBeDefined();
});

it('the README shows complaints as they are', () => {
  const source = `import { EthHdr, packet, xdp } from '@sluice/compiler/bpf';
export const p = xdp((ctx) => {
  const eth = packet(ctx, 0, EthHdr);
  return eth !== null && eth.proto === 0x0800 ? 1 : 2;
});`;
  const [message, remedy] = formatProblem(compileText(source).problems[0]!).split('\n');
  expect(text).toContain(message!.slice(message!.indexOf('error')));
  expect(text).toContain(remedy);
});
