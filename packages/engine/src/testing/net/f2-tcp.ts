import type { TcpConnection } from '../../kernel.ts';
import { acquainted, altered, answering, lone, plain, TcpPeer, tcp, text } from '../builders/index.ts';
import { rowOf, type World } from '../world.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;

/** A server on port 80 of a lone host, and a hand-written peer. */
function served(world: World, serve: (connection: TcpConnection, seen: string[]) => void = keep) {
  const made = lone(world);
  const seen: string[] = [];
  made.b.tcpListen('0.0.0.0', 80, (connection) => {
    seen.push('accepted');
    serve(connection, seen);
  });
  const peer = new TcpPeer(made.device);
  return { ...made, seen, peer };
}

function keep(connection: TcpConnection, seen: string[]): void {
  connection.onData((payload) => seen.push(plain(payload)));
  connection.onClose((reason) => seen.push(`closed ${reason ?? 'cleanly'}`));
}

/** The same with the handshake done. */
async function established(world: World, serve?: (connection: TcpConnection, seen: string[]) => void) {
  const made = served(world, serve);
  made.peer.send(SYN, 0, 0, '', { mss: 1460 });
  await world.moment();
  made.peer.said();
  made.peer.send(ACK, 1, 1);
  await world.moment();
  return made;
}

/** What a closed port, or a listener that knows no such connection, answers to a segment. */
async function answersTo(world: World, ...frames: readonly Uint8Array[]) {
  const { device, peer } = served(world);
  for (const frame of frames) device.inject(frame);
  await world.moment();
  return peer.said();
}

export const F2_TCP = rowOf('F2', [
  {
    name: 'a handshake by hand: SYN, SYN+ACK, ACK, and the server has its connection',
    run: async (world) => {
      const { peer, seen } = served(world);
      peer.send(SYN, 0, 0, '', { mss: 1460 });
      await world.moment();
      const answer = peer.said();
      const before = [...seen];
      peer.send(ACK, 1, 1);
      await world.moment();
      return [answer, before, seen, peer.said()];
    },
    expected: [['SYN,ACK seq 0 ack 1'], [], ['accepted'], []],
  },
  {
    name: 'data is acknowledged and handed over',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 1, 1, 'hello');
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted', 'hello'], ['ACK seq 1 ack 6']],
  },
  {
    name: 'segments out of order are put in order; the gap is reported by repeated acknowledgement',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 6, 1, 'world');
      await world.moment();
      const gap = peer.said();
      peer.send(ACK | PSH, 1, 1, 'hello');
      await world.moment();
      return [gap, seen.slice(1).join(''), peer.said()];
    },
    expected: [['ACK seq 1 ack 1'], 'helloworld', ['ACK seq 1 ack 11']],
  },
  {
    name: 'a segment that came already is acknowledged and not handed over again',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 1, 1, 'hello');
      await world.moment();
      peer.said();
      peer.send(ACK | PSH, 1, 1, 'hello');
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted', 'hello'], ['ACK seq 1 ack 6']],
  },
  {
    name: 'a segment that overlaps what came gives only what is new',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 1, 1, 'hello');
      await world.moment();
      peer.send(ACK | PSH, 3, 1, 'lloworld');
      await world.moment();
      return [seen.slice(1).join(''), peer.said().at(-1)];
    },
    expected: ['helloworld', 'ACK seq 1 ack 11'],
  },
  {
    name: 'a segment beyond the window is answered with what is expected, and not kept',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 10_000_000, 1, 'far');
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted'], ['ACK seq 1 ack 1']],
  },
  {
    name: 'the peer closes first: FIN is acknowledged, the server closes too',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(FIN | ACK, 1, 1);
      await world.moment();
      const said = peer.said().at(-1);
      peer.send(ACK, 2, 2);
      await world.moment();
      return [said, seen, peer.said()];
    },
    expected: ['FIN,ACK seq 1 ack 2', ['accepted', 'closed cleanly'], []],
  },
  {
    name: 'the server closes first, and still hears what the peer has to say',
    run: async (world) => {
      const { peer, seen } = await established(world, (connection, lines) => {
        keep(connection, lines);
        connection.close();
      });
      const closed = peer.said();
      peer.send(ACK, 1, 2);
      peer.send(ACK | PSH, 1, 2, 'late');
      await world.moment();
      const late = peer.said();
      peer.send(FIN | ACK, 5, 2);
      await world.moment();
      return [closed, seen, late, peer.said()];
    },
    expected: [
      ['FIN,ACK seq 1 ack 1'],
      ['accepted', 'late', 'closed cleanly'],
      ['ACK seq 2 ack 5'],
      ['ACK seq 2 ack 6'],
    ],
  },
  {
    name: 'a reset ends the connection at once',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(RST | ACK, 1, 1);
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted', 'closed ECONNRESET'], []],
  },
  {
    name: 'a reset with a number within the window but not the next is challenged',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(RST, 50, 1);
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted'], ['ACK seq 1 ack 1']],
  },
  {
    name: 'a reset outside the window changes nothing',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(RST, 90_000_000, 1);
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted'], []],
  },
  {
    name: 'a SYN within a connection is challenged',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(SYN, 1, 1);
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted'], ['ACK seq 1 ack 1']],
  },
  {
    name: 'an acknowledgement of what was never sent is answered and changes nothing',
    run: async (world) => {
      const { peer, seen } = await established(world);
      peer.send(ACK | PSH, 1, 9999, 'x');
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [['accepted'], ['ACK seq 1 ack 1']],
  },
  {
    name: 'what the server sends comes in segments of the peer’s MSS',
    run: async (world) => {
      const made = served(world, (connection) => connection.send(text('x'.repeat(1000))));
      made.peer.send(SYN, 0, 0, '', { mss: 400 });
      await world.moment();
      made.peer.said();
      made.peer.send(ACK, 1, 1);
      await world.moment();
      return made.peer.said().map((line) => line.replace(/'(x+)'/, (_, xs: string) => String(xs.length)));
    },
    expected: ['ACK seq 1 ack 1 400', 'ACK seq 401 ack 1 400', 'PSH,ACK seq 801 ack 1 200'],
  },
  {
    name: 'the server sends no more than the peer’s window, and goes on when it opens',
    run: async (world) => {
      const made = served(world, (connection) => connection.send(text('x'.repeat(3000))));
      made.peer.send(SYN, 0, 0, '', { mss: 1000 }, 2000);
      await world.moment();
      made.peer.said();
      made.peer.send(ACK, 1, 1, '', {}, 2000);
      await world.moment();
      const first = made.peer.said().length;
      made.peer.send(ACK, 1, 2001, '', {}, 2000);
      await world.moment();
      return [first, made.peer.said().length];
    },
    expected: [2, 1],
  },
  {
    name: 'a listener answers a segment that belongs to nothing with a reset',
    run: (world) => answersTo(world, tcp({ flags: ACK, acknowledgment: 5000 })),
    expected: ['RST seq 5000'],
  },
  {
    name: 'a closed port resets a SYN, acknowledging it',
    run: (world) => answersTo(world, tcp({ destinationPort: 81, flags: SYN })),
    expected: ['RST,ACK seq 0 ack 1'],
  },
  {
    name: 'a closed port resets data, acknowledging all of it',
    run: (world) => answersTo(world, tcp({ destinationPort: 81, flags: 0 }, 'data')),
    expected: ['RST,ACK seq 0 ack 4'],
  },
  {
    name: 'a FIN to a closed port counts as one more byte',
    run: (world) => answersTo(world, tcp({ destinationPort: 81, flags: FIN }, 'data')),
    expected: ['RST,ACK seq 0 ack 5'],
  },
  {
    name: 'a reset is never answered',
    run: (world) => answersTo(world, tcp({ destinationPort: 81, flags: RST }), tcp({ flags: RST })),
    expected: [],
  },
  {
    name: 'a listener ignores a segment without SYN and ACK, and one with SYN and FIN',
    run: (world) => answersTo(world, tcp({ flags: PSH }, 'x'), tcp({ flags: SYN | FIN })),
    expected: [],
  },
  {
    name: 'a segment with a wrong checksum, or a header too long, is dropped',
    run: (world) =>
      answersTo(
        world,
        altered(tcp({ flags: SYN }), { 50: 1 }),
        altered(tcp({ flags: SYN }), { 46: 0xf0 }),
        altered(tcp({ flags: SYN }), { 46: 0x40 }),
      ),
    expected: [],
  },
  {
    name: 'two SYNs of one connection: one connection, the answer repeated',
    run: async (world) => {
      const { peer } = served(world);
      peer.send(SYN, 0, 0);
      peer.send(SYN, 0, 0);
      await world.moment();
      return peer.said();
    },
    expected: ['SYN,ACK seq 0 ack 1', 'SYN,ACK seq 0 ack 1'],
  },
  {
    name: 'a handshake whose last acknowledgement is wrong is reset',
    run: async (world) => {
      const { peer, seen } = served(world);
      peer.send(SYN, 0, 0);
      await world.moment();
      peer.said();
      peer.send(ACK, 1, 77);
      await world.moment();
      return [seen, peer.said()];
    },
    expected: [[], ['RST seq 77']],
  },
  {
    name: 'two peers at once: each its own connection',
    run: async (world) => {
      const { device, seen, peer } = served(world);
      const other = new TcpPeer(device, 4001);
      for (const one of [peer, other]) one.send(SYN, 0, 0);
      await world.moment();
      for (const one of [peer, other]) one.said();
      peer.send(ACK | PSH, 1, 1, 'one');
      other.send(ACK | PSH, 1, 1, 'two');
      await world.moment();
      return [[...seen].sort(), peer.said(), other.said()];
    },
    expected: [['accepted', 'accepted', 'one', 'two'], ['ACK seq 1 ack 4'], ['ACK seq 1 ack 4']],
  },
  {
    name: 'a request and its answer; both ends close, and each sees the other',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const seen: string[] = [];
      b.tcpListen('0.0.0.0', 80, (connection) => {
        connection.onData((payload) => {
          seen.push(`server: ${plain(payload)}`);
          connection.send(text('pong'));
          connection.close();
        });
      });
      const connection = a.tcpConnect('10.0.0.2', 80);
      connection.onEstablished(() => connection.send(text('ping')));
      connection.onData((payload) => {
        seen.push(`client: ${plain(payload)}`);
        connection.close();
      });
      connection.onClose((reason) => seen.push(`closed: ${reason}`));
      await world.kernel.settle();
      return [seen, connection.peer(), connection.local().address];
    },
    expected: [['server: ping', 'client: pong', 'closed: undefined'], { address: '10.0.0.2', port: 80 }, '10.0.0.1'],
  },
  {
    name: 'a closed port refuses',
    run: async (world) => {
      const { a } = acquainted(world);
      const closed: (string | undefined)[] = [];
      a.tcpConnect('10.0.0.2', 81).onClose((reason) => closed.push(reason));
      await world.moment();
      return closed;
    },
    expected: ['ECONNREFUSED'],
  },
  {
    name: 'a megabyte both ways arrives whole',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const block = Uint8Array.from({ length: 1 << 18 }, (_, i) => (i * 7) & 255);
      const counts = { there: 0, back: 0, wrong: 0 };
      const count = (which: 'there' | 'back') => (payload: Uint8Array) => {
        for (let i = 0; i < payload.length; i++) if (payload[i] !== (((counts[which] + i) * 7) & 255)) counts.wrong++;
        counts[which] += payload.length;
      };
      b.tcpListen('0.0.0.0', 80, (connection) => {
        connection.onData(count('there'));
        connection.send(block);
      });
      const connection = a.tcpConnect('10.0.0.2', 80);
      connection.onData(count('back'));
      connection.onEstablished(() => connection.send(block));
      await world.kernel.settle();
      return counts;
    },
    expected: { there: 1 << 18, back: 1 << 18, wrong: 0 },
  },
  {
    name: 'a SYN that is lost is sent again after a second',
    run: async (world) => {
      const { host, a, b, deviceB } = acquainted(world);
      b.tcpListen('0.0.0.0', 80, () => {});
      const link = deviceB.attachTc(answering(host, 'tc', 2), 'ingress');
      let established = false;
      a.tcpConnect('10.0.0.2', 80).onEstablished(() => {
        established = true;
      });
      await world.moment();
      const before = established;
      link.detach();
      for (let i = 0; i < 20 && !established; i++) await world.moment();
      return [before, established];
    },
    expected: [false, true],
  },
]);
