import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examineMachine } from './doctor.ts';
import { probeBpf } from './probe-bpf.ts';

const capability = probeBpf();

describe('examineMachine()', () => {
  if (capability.usable) {
    it('tries everything for real, and leaves no cgroup behind', () => {
      const findings = examineMachine();
      expect(findings.find(({ what }) => what === 'tc by link (tcx)')?.works).toBe(true);
      const cgroup = findings.find(({ what }) => what === 'cgroup v2');
      const folder = /made (.*)\/(sluice-[^/]+)$/.exec(cgroup?.detail ?? '');
      if (folder) expect(readdirSync(folder[1] as string)).not.toContain(folder[2]);
    });
  } else {
    it('says why bpf(2) cannot be used, and stops there', () => {
      expect(examineMachine().at(-1)).toMatchObject({ what: 'bpf(2)', works: false });
    });
  }
});
