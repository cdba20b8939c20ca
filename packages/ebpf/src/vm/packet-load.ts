import type { Helper } from './program.ts';
import type { RunState } from './run-state.ts';

/**
 * Legacy packet loads (LD_ABS, LD_IND): the value at `offset` in the packet of `ctx`, big endian, of 1, 2 or 4 bytes.
 * Sets `state.resultHigh` to 1 where the packet is too short: then the program ends with 0.
 *
 * Spec: RFC 9669 §5.5. Departure: the negative offsets of classic BPF are out of range here.
 */
export type PacketLoad = (ctx: number, offset: number, bytes: number) => number;

/** Makes the load from the kernel's bpf_skb_load_bytes. */
export function packetLoad(state: RunState, skbLoadBytes: Helper): PacketLoad {
  const { view } = state.arena;
  const at = state.packetWord;
  return (ctx, offset, bytes) => {
    const failed = offset < 0 || skbLoadBytes(ctx, offset, at, bytes) !== 0;
    state.resultHigh = failed ? 1 : 0;
    if (failed) return 0;
    return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at) : view.getInt32(at);
  };
}
