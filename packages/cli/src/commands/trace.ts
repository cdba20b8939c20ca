import { askEveryBackend, buildCluster, readQuestion } from '@sluice/control';
import { formatProblem, type Journey, type PacketVerdict } from '@sluice/engine';
import { createModelKernel } from '@sluice/model';
import { EXIT, Exit } from '../exit-codes.ts';
import { readManifestFiles } from '../input/read-files.ts';
import { journeyJson } from '../output/journey-json.ts';
import { journeyPcapng } from '../output/journey-pcapng.ts';
import { journeyText } from '../output/journey-text.ts';
import { styleFor } from '../output/style.ts';
import { print, writeOutput } from '../output/write.ts';

export interface TraceOptions {
  readonly file: readonly string[];
  readonly output: 'text' | 'json' | 'pcapng';
  readonly write?: string;
  readonly seed: number;
  readonly socketLb: boolean;
  readonly all: boolean;
  readonly short: boolean;
  readonly timing: boolean;
}

/** `sluice trace`: one question about one packet, answered in the model. Returns the exit status. */
export async function trace(from: string, to: string, options: TraceOptions): Promise<number> {
  if (options.file.length === 0) throw new Exit(EXIT.USAGE, ['error: no manifests — give -f a file, a folder, or -']);
  const started = performance.now();
  const cluster = buildCluster(readManifestFiles(options.file));
  for (const problem of cluster.problems) console.error(formatProblem(problem));
  if (cluster.problems.some((problem) => problem.severity === 'error')) return EXIT.DATA;
  const question = readQuestion(cluster, from, to);
  if ('code' in question) throw new Exit(EXIT.USAGE, [formatProblem(question)]);
  const built = performance.now();
  const newKernel = () => createModelKernel({ seed: options.seed, engine: 'interpreter' });
  let ready = built;
  const onReady = () => {
    ready = performance.now();
  };
  let told = built;
  const onAnswer = () => {
    told = performance.now();
  };
  const journey = await askEveryBackend(newKernel, cluster, question, {
    socketLb: options.socketLb,
    onReady,
    onAnswer,
  });
  const asked = performance.now();
  await write(journey, options);
  if (options.timing) {
    const ms = (duration: number) => `${duration.toFixed(1)} ms`;
    const phases = [
      `manifests ${ms(built - started)}`,
      `cluster brought up ${ms(ready - built)}`,
      `packets in the model ${ms(told - ready)}`,
      `other backends ${ms(asked - told)}`,
    ];
    console.error(`${phases.join(', ')}, whole process ${ms(performance.now())}`);
  }
  return statusOf(journey.verdict);
}

async function write(journey: Journey, options: TraceOptions): Promise<void> {
  const style = styleFor(options.write ? {} : process.stdout, process.env);
  const bytes =
    options.output === 'pcapng'
      ? journeyPcapng(journey)
      : options.output === 'json'
        ? journeyJson(journey)
        : journeyText(journey, { style, all: options.all, short: options.short });
  if (options.write) writeOutput(options.write, bytes);
  else if (options.output === 'pcapng' && process.stdout.isTTY) {
    throw new Exit(EXIT.USAGE, ['error: a capture is not for a terminal — redirect it, or name a file with -w']);
  } else await print(bytes);
}

function statusOf(verdict: PacketVerdict): number {
  switch (verdict) {
    case 'delivered':
      return EXIT.OK;
    case 'dropped':
    case 'rejected':
    case 'in-flight':
      return EXIT.DENIED;
    case 'undecidable':
      return EXIT.UNDECIDABLE;
  }
}
