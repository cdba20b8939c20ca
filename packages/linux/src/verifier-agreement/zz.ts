import { readFileSync } from 'node:fs';
import * as E from '@sluice/ebpf';
import { linuxBpf } from '../bpf/load-object.ts';
for (const f of process.argv.slice(2)) {
  const r: any = E.readObject(new Uint8Array(readFileSync(f)));
  if (!r.ok) { console.log(f, r.problem); continue; }
  const object = r.object ?? r.spec;
  let kv='kernel ok'; try { linuxBpf().loadObject(object).close(); } catch (e: any) { kv = 'KERNEL '+e.message+'\n'+(e.log??'').slice(-600); }
  console.log('##', f.split('/').pop(), kv);
  for (const p of object.programs) {
    const t0=performance.now(); const v = E.verifyProgram(object, p); const t=performance.now()-t0;
    console.log('  ', p.name, p.code.length/8, 'slots', v.ok ? `ok ${v.facts.instructions} insns ${v.facts.statesTotal} states stack ${v.facts.stackBytes}` : 'REFUSED '+v.message+' @'+v.slot+' '+JSON.stringify(v.line)+'\n'+v.log.split('\n').slice(-25).join('\n'), (t|0)+'ms');
  }
}
