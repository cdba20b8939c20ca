import { loadavg } from 'node:os';

/** One thing to measure: does its work once and returns how many units of it were done. */
export interface Rival {
  readonly name: string;
  readonly run: () => number;
}

export interface Result {
  readonly name: string;
  /** Nanoseconds a unit, over the rounds. */
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** `--brief`: one round each, to see that the benchmark still runs; its numbers say nothing. */
export const brief = process.argv.includes('--brief');

/**
 * The fixed protocol: one warm-up round, then rounds in which the rivals take turns, so that whatever else the machine
 * does meets them alike. Median, lowest and highest of the rounds are kept.
 */
export function interleave(rivals: readonly Rival[], rounds = brief ? 1 : 11): Result[] {
  const samples = rivals.map((): number[] => []);
  for (const rival of rivals) rival.run();
  for (let round = 0; round < rounds; round++) {
    rivals.forEach((rival, i) => {
      const started = process.hrtime.bigint();
      const units = rival.run();
      const elapsed = Number(process.hrtime.bigint() - started);
      samples[i]?.push(elapsed / units);
    });
  }
  return rivals.map(({ name }, i) => {
    const sorted = (samples[i] ?? []).sort((a, b) => a - b);
    const at = (part: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
    return { name, median: at(0.5), low: at(0), high: at(1) };
  });
}

/** Prints results with their ratio to the first, and the machine's load. */
export function report(title: string, unit: string, results: readonly Result[]): void {
  const [first] = results;
  console.log(`\n${title}${brief ? ' (brief: numbers say nothing)' : ''}`);
  for (const { name, median, low, high } of results) {
    const ratio = first ? (median / first.median).toFixed(2) : '';
    const spread = `${low.toFixed(1)}…${high.toFixed(1)}`;
    console.log(`  ${name.padEnd(34)} ${median.toFixed(1).padStart(12)} ns/${unit}  (${spread})  ${ratio}×`);
  }
  console.log(
    `  machine load ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
  );
}
