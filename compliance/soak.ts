import { parseArgs } from 'node:util';
import { campaign, report } from './generated/campaign.ts';
import { linuxMissing } from './worlds.ts';

/* The soak: `node tools/soak.mjs --cases 20000 --seed 1`. */

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '4' },
    'differences-max': { type: 'string', default: '5' },
    'no-shrink': { type: 'boolean', default: false },
  },
});

if (linuxMissing('the soak') !== undefined) process.exit(1);
const started = performance.now();
let told = started;
const result = await campaign({
  seed: Number(values.seed),
  cases: Number(values.cases),
  parallel: Number(values.parallel),
  differencesMax: Number(values['differences-max']),
  shrink: !values['no-shrink'],
  onProgress: (done, different, skipped) => {
    const now = performance.now();
    if (now - told < 5000) return;
    told = now;
    const rate = done / ((now - started) / 1000);
    console.error(
      `${done} of ${values.cases}, ${rate.toFixed(1)} a second, ${different} different, ${skipped} skipped`,
    );
  },
});
console.log(report(result));
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`);
process.exit(result.different.length > 0 ? 1 : 0);
