import { checkSeed, type SeedResult } from './check-seed.ts';

/** What a run over many seeds found. */
export interface Campaign {
  readonly cases: number;
  readonly same: number;
  /** Cases that the model called undecidable, by the fact it lacks. */
  readonly undecidable: ReadonlyMap<string, number>;
  readonly skipped: number;
  readonly different: readonly { readonly seed: number; readonly result: Extract<SeedResult, { kind: 'different' }> }[];
}

export interface CampaignOptions {
  readonly seed: number;
  readonly cases: number;
  /** Cases under way at once; each waits for quiet most of its time. */
  readonly parallel?: number;
  /** Stop after so many differences. Default 1. */
  readonly differencesMax?: number;
  readonly shrink?: boolean;
  readonly onProgress?: (done: number, different: number, skipped: number) => void;
}

/** Runs the cases of `seed`, `seed + 1` and so on. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, cases, parallel = 4, differencesMax = 1 } = options;
  const undecidable = new Map<string, number>();
  const different: { seed: number; result: Extract<SeedResult, { kind: 'different' }> }[] = [];
  let [next, same, skipped] = [0, 0, 0];
  const worker = async (): Promise<void> => {
    while (next < cases && different.length < differencesMax) {
      const own = seed + next++;
      const result = await checkSeed(own, options.shrink);
      if (result.kind === 'same') same++;
      else if (result.kind === 'different') different.push({ seed: own, result });
      else {
        skipped++;
        for (const fact of result.missing) undecidable.set(fact, (undecidable.get(fact) ?? 0) + 1);
      }
      options.onProgress?.(same + skipped + different.length, different.length, skipped);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return { cases: same + skipped + different.length, same, undecidable, skipped, different };
}

/** A report for a person: what was skipped and why, and each difference with the command that shows it again. */
export function report({ cases, same, skipped, undecidable, different }: Campaign): string {
  const facts = [...undecidable].sort((a, b) => b[1] - a[1]).map(([fact, count]) => `  ${count} × ${fact}`);
  const found = different.flatMap(({ seed, result }) => [
    '',
    `seed ${seed}: the kernels differ. Again: node tools/soak.mjs --cases 1 --seed ${seed}`,
    ...result.lines.map((line) => `  ${line}`),
    `  ${JSON.stringify(result.smallest)}`,
  ]);
  return [
    `${cases} cases: ${same} the same, ${skipped} undecidable, ${different.length} different`,
    ...facts,
    ...found,
  ].join('\n');
}
