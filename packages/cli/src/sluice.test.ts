import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCapture } from '@sluice/wire';
import Ajv from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function sluice(args: readonly string[], input = ''): Ran {
  const options = { cwd: root, encoding: 'utf8', input, maxBuffer: 64 << 20 } as const;
  return spawnSync(process.execPath, ['packages/cli/bin/sluice.mjs', ...args], options);
}

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const shop = (...args: string[]) => sluice(['trace', '-f', 'examples/shop', ...args]);

describe('sluice trace', () => {
  it('shows the way there and back, and ends with 0 when the answer arrives', () => {
    const { status, stdout } = shop('shop/web', 'svc/shop/api:80/tcp');
    expect(status).toBe(0);
    expect(stdout).toContain('there: TCP SYN');
    expect(stdout).toContain('back: TCP SYN,ACK');
    expect(stdout).toMatch(/because NetworkPolicy shop\/api-from-web admits it .*policies\.yaml:\d+/);
  });

  it('ends with 1 and names the policies when no rule admits', () => {
    const { status, stdout } = shop('shop/batch', 'shop/db:5432/tcp');
    expect(status).toBe(1);
    expect(stdout).toContain('POLICY_DENIED');
    expect(stdout).toMatch(/isolated for ingress by NetworkPolicy shop\/db-only-from-api, and no rule admits/);
  });

  it('follows a node port from outside, and its answer back through the same node', () => {
    const { status, stdout } = shop('10.9.9.9', 'node/node-1:30080/tcp');
    expect(status).toBe(0);
    expect(stdout).toContain('from_netdev');
  });

  it('denies the world what is admitted to the office only', () => {
    expect(shop('10.8.0.1', 'node/node-1:30080/tcp').status).toBe(1);
  });

  it('ends with 2 and names the missing fact when nobody can know', () => {
    const outside = shop('shop/web', '8.8.8.8:443/tcp');
    expect(outside.status).toBe(2);
    expect(outside.stdout).toContain('missing: what stands at 8.8.8.8:443/tcp outside the cluster');
    const undeclared = shop('shop/web', 'shop/batch:9000/tcp');
    expect(undeclared.status).toBe(2);
    expect(undeclared.stdout).toContain('whether a process listens on shop/batch port 9000/tcp');
  });

  it('prints JSON that fits its schema', () => {
    const schema = JSON.parse(readFileSync(join(root, 'docs/journey.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    for (const question of [
      ['shop/web', 'svc/shop/api:80/tcp'],
      ['shop/batch', 'shop/db:5432/tcp'],
      ['shop/web', '8.8.8.8:53/udp'],
    ]) {
      const journey = JSON.parse(shop('-o', 'json', ...question).stdout);
      expect(validate(journey), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it('writes a pcapng with one interface for each hook', () => {
    const path = join(folder, 'journey.pcapng');
    expect(shop('-o', 'pcapng', '-w', path, 'shop/web', 'svc/shop/api:80/tcp').status).toBe(0);
    const capture = readCapture(readFileSync(path));
    expect(capture.problem).toBeUndefined();
    const names = capture.interfaces.map((i) => i.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.some((name) => name?.includes('ip_rcv'))).toBe(true);
    expect(capture.packets.every((packet) => packet.comment !== undefined)).toBe(true);
  });

  it('reads standard input, and uses no colours where nobody looks', () => {
    const text = ['cluster', 'workloads', 'services', 'policies']
      .map((name) => readFileSync(join(root, `examples/shop/${name}.yaml`), 'utf8'))
      .join('\n---\n');
    const { status, stdout } = sluice(['trace', '-f', '-', 'shop/web', 'svc/shop/api'], text);
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
  });

  it('gives the same answer for the same seed', () => {
    const once = shop('--seed', '7', 'shop/web', 'svc/shop/api').stdout;
    expect(shop('--seed', '7', 'shop/web', 'svc/shop/api').stdout).toBe(once);
  });
});

const service = `apiVersion: v1
kind: Service
metadata: { name: s, namespace: a }
spec: { selector: { app: none }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: p, namespace: a }
spec: { containers: [{ name: c }] }
`;

describe('bad input gets one clear line and no stack trace', () => {
  const cases: readonly (readonly [string, () => Ran, number, RegExp])[] = [
    ['no manifests', () => sluice(['trace', 'a/b', 'c/d']), 64, /no manifests/],
    ['an unknown option', () => shop('--nonsense', 'a/b', 'c/d'), 64, /unknown option/],
    [
      'a folder that is not there',
      () => sluice(['trace', '-f', '/nowhere', 'a/b', 'c/d:1']),
      66,
      /\/nowhere: error: no such file/,
    ],
    [
      'broken YAML',
      () => sluice(['trace', '-f', file('bad.yaml', 'a: [1\nb'), 'a/b', 'c/d:1']),
      65,
      /bad\.yaml:\d+:\d+: error: not YAML/,
    ],
    [
      'a pod that does not exist',
      () => shop('shop/wep', 'shop/db:5432'),
      64,
      /no Pod shop\/wep — did you mean shop\/web/,
    ],
    [
      'a Service without endpoints',
      () => sluice(['trace', '-f', file('svc.yaml', service), 'a/p', 'svc/a/s:80']),
      1,
      /svc\.yaml:4:?\d*: warning: Service a\/s has no endpoints/,
    ],
    [
      'a field of the wrong type',
      () => sluice(['trace', '-f', file('type.yaml', service.replace('port: 80', 'port: x')), 'a/p', 'svc/a/s:80']),
      65,
      /type\.yaml:4:\d+: error: .*\(spec\.ports\[0\]\.port\)/,
    ],
    [
      'a capture that is none',
      () => sluice(['bpf', 'run', file('no.o', 'no'), '--pcap', 'examples/arp.pcap']),
      65,
      /no\.o: error: not an ELF file/,
    ],
    [
      'a file that is not TypeScript',
      () => sluice(['bpf', 'build', file('x.bpf.ts', 'let x: = 1;'), '-o', join(folder, 'x.o')]),
      65,
      /x\.bpf\.ts:1:\d+: error/,
    ],
  ];
  it.each(cases)('%s', (_what, run, status, line) => {
    const ran = run();
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect(ran.status).toBe(status);
  });

  it('an unknown kind is a warning, and the rest goes on', () => {
    const extra = file('extra.yaml', 'apiVersion: example.org/v1\nkind: Gadget\nmetadata: { name: g }\n');
    const ran = sluice(['trace', '-f', 'examples/shop', '-f', extra, 'shop/web', 'svc/shop/api']);
    expect(ran.stderr).toMatch(/extra\.yaml:2: warning: kind Gadget is not known/);
    expect(ran.status).toBe(0);
  });
});

/** Indexes an array by the packet's length, which nothing bounds. */
const UNBOUNDED = `import { array, arrayMap, type FixedArray, packetLength, u32, XDP_PASS, xdp } from '@sluice/compiler/bpf';
class Slots { counts: FixedArray<u32, 4> = array(u32, 4); }
export const slots = arrayMap(Slots, { maxEntries: 1 });
export const unbounded = xdp((ctx) => {
  const found = slots.lookup(0);
  if (found === null) return XDP_PASS;
  found.counts[packetLength(ctx)] = 1;
  return XDP_PASS;
});
`;

describe('sluice bpf', () => {
  const object = join(folder, 'arp-blacklist.o');
  const run = (...more: string[]) =>
    sluice([
      'bpf',
      'run',
      object,
      '--pcap',
      'examples/arp.pcap',
      '--map',
      'blacklist=examples/blacklist.json',
      ...more,
    ]);

  it('builds the blacklist program, and it drops what is on the list', () => {
    expect(sluice(['bpf', 'build', 'examples/arp-blacklist.bpf.ts', '-o', object])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const { status, stdout } = run();
    expect(status).toBe(0);
    const verdicts = stdout.split('\n').flatMap((line) => /XDP_\w+/.exec(line)?.[0] ?? []);
    expect(verdicts.slice(0, 8)).toEqual(
      ['PASS', 'PASS', 'DROP', 'PASS', 'DROP', 'PASS', 'DROP', 'PASS'].map((verdict) => `XDP_${verdict}`),
    );
  });

  it('gives the same verdicts interpreted', () => {
    expect(run('--engine', 'interpreter').stdout).toBe(run().stdout);
  });

  it('changes the verdict of the next packet when the map is edited, with nothing reloaded', () => {
    const { stdout } = run('--edit', '8:blacklist=examples/blacklist-more.json');
    expect(stdout).toMatch(/8 {2}XDP_DROP/);
  });

  it('says at which packet a truncated capture ends', () => {
    const whole = readFileSync(join(root, 'examples/arp.pcap'));
    const cut = file('cut.pcap', whole.subarray(0, whole.length - 10));
    const ran = sluice(['bpf', 'run', object, '--pcap', cut]);
    expect(ran.stderr).toMatch(/cut\.pcap: error: .*packet 8/);
    expect(ran.status).toBe(65);
  });

  it('says what is wrong with a map file', () => {
    const bad = file('bad.json', '{ "not an address": 1 }');
    const ran = sluice(['bpf', 'run', object, '--pcap', 'examples/arp.pcap', '--map', `blacklist=${bad}`]);
    expect(ran.stderr).toMatch(/bad\.json: error: entry 1, key: 'not an address'/);
    expect(ran.status).toBe(65);
  });

  it.each(['model', 'interpreter'])('refuses what the verifier refuses, with its words and the line (%s)', (engine) => {
    const source = file('unbounded.bpf.ts', UNBOUNDED);
    const bad = join(folder, 'unbounded.o');
    expect(sluice(['bpf', 'build', source, '-o', bad]).status).toBe(0);
    const ran = sluice(['bpf', 'run', bad, '--pcap', 'examples/arp.pcap', '--engine', engine]);
    expect(ran.stderr).toMatch(/unbounded\.bpf\.ts:7:\d+: error: R\d unbounded memory access.*\n {4}found\.counts/);
    expect(ran.status).toBe(1);
  });

  it('names a corrupt object, whatever is cut off it', () => {
    const bytes = readFileSync(object);
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / 12)) {
      const ran = sluice(['bpf', 'run', file('cut.o', bytes.subarray(0, length)), '--pcap', 'examples/arp.pcap']);
      expect(ran.stderr).toMatch(/cut\.o: error: /);
      expect(ran.status).toBe(65);
    }
  });
});
