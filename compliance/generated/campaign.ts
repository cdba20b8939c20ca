import { checkSeed, type SeedResult } from './check-seed.ts';

/** What a run over many seeds found. */
export interface Campaign {
  readonly cases: number;
  readonly same: number;
  /** Cases that the model called undecidable, by the fact it lacks. */
  readonly undecidable: ReadonlyMap<string, number>;
  readonly skipped: number;
  readonly different: readonly Difference[];
}

/** A case in which the kernels differ, by its seed. */
export interface Difference {
  readonly seed: number;
  readonly result: Extract<SeedResult, { kind: 'different' }>;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly cases: number;
  /** Stop after so many differences. Default 1. */
  readonly differencesMax?: number;
  readonly shrink?: boolean;
  readonly onProgress?: (done: number, different: number, skipped: number) => void;
  /** Told at once, not at the end. */
  readonly onDifference?: (difference: Difference) => void;
}

/** Runs the cases of `seed`, `seed + 1` and so on, one at a time: a case that waits for another shows timeouts. */
export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, cases, differencesMax = 1 } = options;
  const undecidable = new Map<string, number>();
  const different: Difference[] = [];
  let [same, skipped] = [0, 0];
  for (let own = seed; own < seed + cases && different.length < differencesMax; own++) {
    const result = await checkSeed(own, options.shrink);
    if (result.kind === 'same') same++;
    else if (result.kind === 'different') {
      different.push({ seed: own, result });
      options.onDifference?.({ seed: own, result });
    } else {
      skipped++;
      for (const fact of result.missing) undecidable.set(fact, (undecidable.get(fact) ?? 0) + 1);
    }
    options.onProgress?.(same + skipped + different.length, different.length, skipped);
  }
  return { cases: same + skipped + different.length, same, undecidable, skipped, different };
}

/** A difference for a person: the command that shows it again, what differs, and the smallest case. */
export const differenceText = ({ seed, result }: Difference): string =>
  [
    `seed ${seed}: the kernels differ. Again: node tools/soak.mjs --cases 1 --seed ${seed}`,
    ...result.lines.map((line) => `  ${line}`),
    `  ${JSON.stringify(result.smallest)}`,
  ].join('\n');

/** A summary: the counts, and what was skipped and why. */
export function summary({ cases, same, skipped, undecidable, different }: Campaign): string {
  const facts = [...undecidable].sort((a, b) => b[1] - a[1]).map(([fact, count]) => `  ${count} × ${fact}`);
  return [`${cases} cases: ${same} the same, ${skipped} undecidable, ${different.length} different`, ...facts].join(
    '\n',
  );
}
