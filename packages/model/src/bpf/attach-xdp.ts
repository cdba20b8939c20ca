import { EngineError, type LinkHandle, type ProgramHandle } from '@sluice/engine';
import type { NetDevice } from '../core/net-device.ts';
import { ModelProgram } from './program.ts';

/**
 * Attaches an XDP program: into the driver where it has XDP, else (or where asked) before the stack. One program per
 * device: EngineError EBUSY for a second, EEXIST for one in the other mode, EOPNOTSUPP for native XDP without driver support, EINVAL for a program of
 * another type or kernel. Kernel: net/core/dev.c dev_xdp_attach().
 */
export function attachXdp(dev: NetDevice, program: ProgramHandle, mode: 'native' | 'generic' | undefined): LinkHandle {
  const operation = `attach ${program.name} to XDP of ${dev.name}`;
  const native = mode === undefined ? dev.nativeXdp : mode === 'native';
  if (native && !dev.nativeXdp)
    throw new EngineError(operation, 'EOPNOTSUPP', 'the driver has no XDP; use generic mode');
  if ((native ? dev.xdpGeneric : dev.xdpNative) !== null) {
    throw new EngineError(operation, 'EEXIST', 'the device has an XDP program in the other mode');
  }
  if ((native ? dev.xdpNative : dev.xdpGeneric) !== null) {
    throw new EngineError(operation, 'EBUSY', 'the device has an XDP program already');
  }
  const check = (p: ProgramHandle): ModelProgram => {
    if (p instanceof ModelProgram && p.type === 'xdp' && p.bpf === dev.netns.host.programs) return p;
    throw new EngineError(operation, 'EINVAL', 'not an XDP program of this host');
  };
  const put = (p: ModelProgram | null): void => {
    if (native) dev.xdpNative = p;
    else dev.xdpGeneric = p;
  };
  put(check(program));
  return { replace: (next) => put(check(next)), detach: () => put(null) };
}
