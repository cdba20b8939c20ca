import { readFileSync } from 'node:fs';
import { LinuxKernel, probeBpf } from '@sluice/linux';
import { createModelKernel } from '@sluice/model';
import { afterEach, describe, expect, it } from 'vitest';
import { buildCluster } from '../cluster/build-cluster.ts';
import { type ProgrammedCluster, programCluster } from '../program/program-cluster.ts';
import { servePorts } from '../program/serve-ports.ts';
import { clusterState } from '../state/cluster-state.ts';
import { sourceNetns } from './ask.ts';
import { askEveryBackend } from './ask-every-backend.ts';
import { type Question, readQuestion } from './question.ts';
import { runExchange } from './run-exchange.ts';

const capability = probeBpf();
if (!capability.usable) console.warn(`skipping the shop on Linux: ${capability.missing}`);

const shop = buildCluster(
  ['cluster', 'workloads', 'services', 'policies'].map((name) => {
    const file = new URL(`../../../../examples/shop/${name}.yaml`, import.meta.url);
    return { file: `${name}.yaml`, text: readFileSync(file, 'utf8') };
  }),
);
const OFFICE = 0x0a09_0909;

/** Who answered whom, without what chance chose: the port and the backend. */
const shown = (answer: string | undefined): string =>
  answer === undefined
    ? 'no answer'
    : answer
        .trim()
        .replace(/:\d+$/, '')
        .replace(/api-[12]/, 'api');

function questionOf(from: string, to: string): Question {
  const question = readQuestion(shop, from, to);
  if ('code' in question) throw new Error(question.message);
  return question;
}

describe.skipIf(!capability.usable).each([
  ['translating at connect(2)', true],
  ['translating on packets', false],
])('the shop on Linux, %s', (_how, socketLb) => {
  let kernel: LinuxKernel | undefined;
  afterEach(() => {
    kernel?.close();
    kernel = undefined;
  });

  it('real connections end as the model says, for every pair', async () => {
    kernel = new LinuxKernel();
    const options = { tellAll: true, socketLb, outsideIp: OFFICE };
    const real: ProgrammedCluster = programCluster(kernel, clusterState(shop), options);
    servePorts(real);
    const sources = ['shop/web', 'shop/api-1', 'shop/api-2', 'shop/db', 'shop/batch', '10.9.9.9'];
    const targets = ['svc/shop/api:80', 'svc/shop/db:5432', 'shop/db:5432', 'shop/api-2:8080', 'node/node-2:30080'];
    const pairs = sources.flatMap((from) => targets.map((to) => [from, to] as const));
    const newKernel = () => createModelKernel({ engine: 'interpreter' });
    const decided: { from: string; to: string; model: string }[] = [];
    for (const [from, to] of pairs) {
      const asked = await askEveryBackend(newKernel, shop, questionOf(from, to), { socketLb });
      if (asked.verdict === 'undecidable') continue;
      decided.push({ from, to, model: shown(/came back: "(.*)"$/.exec(asked.summary)?.[1]) });
    }
    const linux = await Promise.all(
      decided.map(async ({ from, to }) => {
        const question = questionOf(from, to);
        const outcome = await runExchange(kernel as LinuxKernel, sourceNetns(real, question), question);
        return { from, to, model: shown(outcome.answer) };
      }),
    );
    expect(linux).toEqual(decided);
    expect(decided.length).toBeGreaterThan(25);
    expect(new Set(linux.map(({ model }) => model === 'no answer')).size).toBe(2);
  });
});
