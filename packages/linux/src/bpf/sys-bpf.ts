import { arch } from 'node:process';
import { AttrArena } from '../syscall/attr-arena.ts';
import { libc } from '../syscall/libc.ts';

/** Commands of bpf(2). Spec: include/uapi/linux/bpf.h enum bpf_cmd. */
export const BPF_CMD = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  OBJ_PIN: 6,
  OBJ_GET: 7,
  PROG_TEST_RUN: 10,
  BTF_LOAD: 18,
  MAP_FREEZE: 22,
  MAP_UPDATE_BATCH: 26,
  LINK_CREATE: 28,
  LINK_UPDATE: 29,
} as const;

const SYS_BPF: Readonly<Record<string, number>> = { x64: 321, arm64: 280, riscv64: 280, loong64: 280, s390x: 351 };

let arena: AttrArena | undefined;

/** Memory for this thread's bpf(2) calls; taken back whole at each call to `bpfArena`. */
export function bpfArena(): AttrArena {
  arena ??= new AttrArena(ARENA_BYTES);
  arena.reset();
  return arena;
}

/** bpf(2): the result, or -errno. `attr` is an offset in the arena. */
export function sysBpf(command: number, memory: AttrArena, attr: number, size: number): number {
  const number = SYS_BPF[arch];
  if (number === undefined) return -ENOSYS;
  const result = libc().syscallAttr(number, command, memory.address(attr), size);
  return result < 0 ? -libc().errno() : result;
}

/** Room for the largest log (16 MiB) beside a million instructions. */
const ARENA_BYTES = 48 << 20;
const ENOSYS = 38;
