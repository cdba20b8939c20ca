import { acquainted, IP, listenOn, lone, text, udp } from '../builders/index.ts';
import { rowOf } from '../world.ts';

export const A_RECEIVE = rowOf('A4', [
  {
    name: 'frames put in one after another are handled in that order, each once',
    run: async (world) => {
      const { b, device } = lone(world);
      const got = listenOn(b);
      for (let i = 0; i < 200; i++) device.inject(udp({}, String(i)));
      await world.moment();
      return [got.length, got.every((line, i) => line.startsWith(`${i} `))];
    },
    expected: [200, true],
  },
  {
    name: 'frames of a veth that come while another is handled wait in the backlog, none lost',
    run: async (world) => {
      const { a, b } = acquainted(world);
      const server = b.udpSocket();
      server.bind('0.0.0.0', 5000);
      server.onMessage((payload, from) => server.send(payload, from));
      const client = a.udpSocket();
      let back = 0;
      client.onMessage(() => back++);
      for (let i = 0; i < 100; i++) client.send(text('x'), { address: IP.b, port: 5000 });
      await world.moment();
      return back;
    },
    expected: 100,
  },
]);
