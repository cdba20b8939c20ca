import { examineMachine } from '@sluice/linux';
import { EXIT } from '../exit-codes.ts';
import { styleFor } from '../output/style.ts';

/** `sluice doctor`: what of the real kernel can be used here. The model needs none of it. */
export function doctor(options: { readonly output: 'text' | 'json' }): number {
  const findings = examineMachine();
  const style = styleFor(process.stdout, process.env);
  if (options.output === 'json') console.log(JSON.stringify({ version: 1, findings }, null, 2));
  else {
    console.log('The model (trace, bpf build, bpf run) works on every machine. Of the real kernel, here:\n');
    for (const { what, works, detail, neededFor } of findings) {
      const mark = works ? style.green('✔') : style.red('✘');
      console.log(`${mark} ${what.padEnd(34)} ${detail}${works ? '' : style.dim(` (needed for ${neededFor})`)}`);
    }
  }
  return findings.every(({ works }) => works) ? EXIT.OK : EXIT.DENIED;
}
