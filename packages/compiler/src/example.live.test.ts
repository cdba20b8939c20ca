import { describe, expect, it } from 'vitest';
import { whyNoKernel, withBpftool } from './node/bpftool.testing.ts';
import { compileFile } from './node/index.ts';

const reason = whyNoKernel();
if (reason) it.skip(`needs the kernel: ${reason}`, () => {});

/** A 42-byte ARP request from that address. */
function arpFrom(ip: readonly number[]): Uint8Array {
  const packet = new Uint8Array(64);
  packet.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1]);
  packet.set(ip, 28);
  return packet;
}

describe.skipIf(reason)('examples/arp-blacklist.bpf.ts in Linux', () => {
  it('gives another verdict as soon as its map is edited, with nothing reloaded, and counts', () => {
    const { object, problems } = compileFile('examples/arp-blacklist.bpf.ts');
    expect(problems).toEqual([]);
    const run = (packet: string) => `bpftool -j prog run pinned bpf/arp data_in ${packet} | tr -d '\\n'; echo`;
    const edit = (what: string) => `bpftool map ${what}`;
    const text = withBpftool(
      { 'a.o': object!, bad: arpFrom([10, 0, 0, 9]), good: arpFrom([10, 0, 0, 1]), ip: new Uint8Array(64).fill(8) },
      [
        'bpftool prog load a.o bpf/arp pinmaps bpf/maps',
        run('bad'),
        edit('update pinned bpf/maps/blacklist key hex 0a 00 00 09 value hex 00 00 00 00 00 00 00 00'),
        run('bad'),
        run('good'),
        run('ip'),
        run('bad'),
        'bpftool -j map lookup pinned bpf/maps/blacklist key hex 0a 00 00 09',
        'echo',
        edit('delete pinned bpf/maps/blacklist key hex 0a 00 00 09'),
        run('bad'),
      ].join('\n'),
    );
    const verdicts = text.split('\n').flatMap((line) => /"retval":\s*(\d+)/.exec(line)?.[1] ?? []);
    expect(verdicts.map(Number)).toEqual([2, 1, 2, 2, 1, 2]);
    expect(text).toMatch(/"value":\s*2\b|"value":\["0x02"/);
  });
});
