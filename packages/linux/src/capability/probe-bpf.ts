import { geteuid, platform } from 'node:process';
import { BPF_CMD, bpfArena, sysBpf } from '../bpf/sys-bpf.ts';
import { errnoWords } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';

/** Whether bpf(2) can be used, and if not, one sentence that says what is missing and what would help. */
export type BpfCapability = { readonly usable: true } | { readonly usable: false; readonly missing: string };

/** Creates and closes a tiny map to find out whether this process may use bpf(2). Leaves nothing behind. */
export function probeBpf(): BpfCapability {
  if (platform !== 'linux') return no(`this is ${platform}, and bpf(2) is Linux's; use the model engine`);
  try {
    libc();
  } catch (error) {
    return no(`the FFI library koffi does not load (${firstLine(error)}); reinstall with npm ci`);
  }
  const memory = bpfArena();
  const attr = memory.take(ATTR_BYTES);
  [BPF_MAP_TYPE_ARRAY, 4, 4, 1].forEach((value, i) => {
    memory.view.setUint32(attr + i * 4, value, true);
  });
  const fd = sysBpf(BPF_CMD.MAP_CREATE, memory, attr, ATTR_BYTES);
  if (fd >= 0) {
    libc().close(fd);
    return { usable: true };
  }
  const [name, words] = errnoWords(-fd);
  if (name === 'ENOSYS') return no('this kernel is built without bpf(2) (CONFIG_BPF_SYSCALL)');
  const who =
    geteuid?.() === 0
      ? 'root lacks CAP_BPF here, as in a container; add CAP_BPF and CAP_NET_ADMIN'
      : 'run as root, or with CAP_BPF and CAP_NET_ADMIN';
  return no(`bpf(2) answers ${name} (${words}): ${who}`);
}

const no = (missing: string): BpfCapability => ({ usable: false, missing });
const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
const BPF_MAP_TYPE_ARRAY = 2;
const ATTR_BYTES = 72;
