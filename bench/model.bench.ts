// How many 64-byte UDP packets a second the model carries on one thread: NIC ring, NAPI, GRO, a tc program, routing,
// socket queue, recvmsg; nobody watching. Beside it, the same with the program interpreted, and watched.
import { alu64Imm, encode, exit, jmpImm, jmpReg, ldx, mov64Imm, mov64Reg, type ObjectSpec } from '@sluice/ebpf';
import { createModelKernel } from '@sluice/model';
import { buildUdpFrame } from '@sluice/wire';
import { brief, interleave, type Rival, report } from './protocol.ts';

const PACKETS = brief ? 2_000 : 50_000;
/** Frames handed to the ring before the CPU gets its turn: less than the ring holds. */
const BURST = 128;

/** Passes IPv4 whose first bytes it has read. */
const PROGRAM = [
  ldx(32, 2, 1, 76),
  ldx(32, 3, 1, 80),
  mov64Reg(4, 2),
  alu64Imm('add', 4, 34),
  mov64Imm(0, 0),
  jmpReg('jgt', 4, 3, 3),
  ldx(8, 5, 2, 23),
  jmpImm('jeq', 5, 17, 1),
  mov64Imm(0, 2),
  exit(),
];

function rival(name: string, options: { engine: 'jit' | 'interpreter'; watched: boolean }): Rival {
  const kernel = createModelKernel({ engine: options.engine });
  const host = kernel.createHost({ name: 'host' });
  const nic = host.root.addNic('eth0', kernel.createSegment('lan'), { mac: '02:00:00:00:00:01' });
  host.root.addAddress(nic, '10.0.0.1/24');
  const program = {
    name: 'p',
    section: 'tc',
    type: 'sched_cls',
    code: encode(PROGRAM),
    functions: [],
    relocations: [],
    lines: [],
  } as const;
  const object: ObjectSpec = { license: 'GPL', maps: [], constants: [], programs: [program] };
  const loaded = host.bpf.loadObject(object).programs.get('p');
  if (loaded) nic.attachTc(loaded, 'ingress');
  let received = 0;
  const socket = host.root.udpSocket();
  socket.bind('10.0.0.1', 5000);
  socket.onMessage(() => received++);
  const ends = {
    sourceMac: '02:00:00:00:00:02',
    destinationMac: '02:00:00:00:00:01',
    source: '10.0.0.2',
    destination: '10.0.0.1',
  };
  const frame = buildUdpFrame({ ...ends, sourcePort: 4000, destinationPort: 5000 }, new Uint8Array(22));
  const packets = options.watched ? Math.ceil(PACKETS / 50) : PACKETS;
  return {
    name,
    run: () => {
      const before = received;
      const recording = options.watched ? kernel.trace({ withoutFrames: true }) : undefined;
      for (let sent = 0; sent < packets; sent += BURST) {
        for (let i = 0; i < BURST; i++) nic.inject(frame);
        kernel.run();
      }
      recording?.stop();
      const carried = received - before;
      if (carried < packets) throw new Error(`${packets - carried} of ${packets} packets were lost`);
      return carried;
    },
  };
}

const results = interleave([
  rival('program compiled', { engine: 'jit', watched: false }),
  rival('program interpreted', { engine: 'interpreter', watched: false }),
  rival('compiled, every step watched', { engine: 'jit', watched: true }),
]);
report('model: 64-byte UDP, NIC ring to socket through tc and routing', 'packet', results);
const [first] = results;
if (first) console.log(`  ${Math.round(1e9 / first.median).toLocaleString('en')} packets a second, one thread`);
