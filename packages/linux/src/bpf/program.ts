import { type ProgramSpec, programTypeRow } from '@sluice/ebpf';
import type { ProgramHandle, TestRunInput, TestRunResult } from '@sluice/engine';
import { errnoWords, systemError } from '../syscall/errno.ts';
import { libc } from '../syscall/libc.ts';
import { type BtfStrings, encodeFuncInfo, encodeLineInfo, FUNC_INFO_BYTES, LINE_INFO_BYTES } from './debug-info.ts';
import { objectName } from './map.ts';
import { BPF_CMD, bpfArena, sysBpf } from './sys-bpf.ts';

export interface ProgramBtf {
  readonly fd: number;
  readonly strings: BtfStrings;
}

/**
 * BPF_PROG_LOAD with code whose map references hold file descriptors already. Asks for a log only when the kernel
 * refuses, with a buffer that grows until the log fits. Throws EngineError with the verifier's last line and whole log.
 */
export function loadProgram(spec: ProgramSpec, code: Uint8Array, license: string, btf?: ProgramBtf): LinuxProgram {
  let fd = progLoad(spec, code, license, btf, 0).result;
  if (fd >= 0) return new LinuxProgram(spec, fd);
  let logBytes = FIRST_LOG_BYTES;
  let log = '';
  do {
    ({ result: fd, log } = progLoad(spec, code, license, btf, logBytes));
    logBytes *= 4;
  } while (fd === -ENOSPC && logBytes <= LAST_LOG_BYTES);
  if (fd >= 0) return new LinuxProgram(spec, fd);
  throw systemError(`BPF_PROG_LOAD ${spec.name}`, -fd, log);
}

function progLoad(
  spec: ProgramSpec,
  code: Uint8Array,
  license: string,
  btf: ProgramBtf | undefined,
  logBytes: number,
): { result: number; log: string } {
  const memory = bpfArena();
  const attr = memory.take(ATTR_LOAD_BYTES);
  const { view } = memory;
  view.setUint32(attr, programTypeRow(spec.type).id, true);
  view.setUint32(attr + 4, code.length / 8, true);
  memory.setPointer(attr + 8, memory.put(code));
  memory.setPointer(attr + 16, memory.putString(license));
  memory.u8.set(objectName(spec.name), attr + 48);
  if (spec.attachType !== undefined) view.setUint32(attr + 68, spec.attachType, true);
  if (btf && spec.functions.length > 0) {
    const functions = memory.put(encodeFuncInfo(spec.functions));
    const lines = memory.put(encodeLineInfo(spec.lines, btf.strings));
    view.setUint32(attr + 72, btf.fd, true);
    view.setUint32(attr + 76, FUNC_INFO_BYTES, true);
    memory.setPointer(attr + 80, functions);
    view.setUint32(attr + 88, spec.functions.length, true);
    view.setUint32(attr + 92, LINE_INFO_BYTES, true);
    memory.setPointer(attr + 96, lines);
    view.setUint32(attr + 104, spec.lines.length, true);
  }
  const log = logBytes > 0 ? memory.take(logBytes) : 0;
  if (logBytes > 0) {
    view.setUint32(attr + 24, 1, true);
    view.setUint32(attr + 28, logBytes, true);
    memory.setPointer(attr + 32, log);
  }
  const result = sysBpf(BPF_CMD.PROG_LOAD, memory, attr, ATTR_LOAD_BYTES);
  const end = logBytes > 0 ? memory.u8.indexOf(0, log) : 0;
  return { result, log: new TextDecoder().decode(memory.u8.slice(log, logBytes > 0 ? end : log)) };
}

/** A program in the running kernel. */
export class LinuxProgram implements ProgramHandle {
  readonly name: string;
  readonly section: string;

  constructor(
    readonly spec: ProgramSpec,
    readonly fd: number,
  ) {
    this.name = spec.name;
    this.section = spec.section;
  }

  testRun(input: TestRunInput): TestRunResult {
    const memory = bpfArena();
    const { view } = memory;
    const attr = memory.take(ATTR_TEST_BYTES);
    const outBytes = input.data.length + OUT_SLACK;
    const out = memory.take(outBytes);
    const context = input.context;
    const contextOut = context ? memory.take(context.length) : 0;
    view.setUint32(attr, this.fd, true);
    if (input.data.length > 0) {
      view.setUint32(attr + 8, input.data.length, true);
      memory.setPointer(attr + 16, memory.put(input.data));
      view.setUint32(attr + 12, outBytes, true);
      memory.setPointer(attr + 24, out);
    }
    if (input.repeat !== undefined) view.setUint32(attr + 32, input.repeat, true);
    if (context) {
      view.setUint32(attr + 40, context.length, true);
      view.setUint32(attr + 44, context.length, true);
      memory.setPointer(attr + 48, memory.put(context));
      memory.setPointer(attr + 56, contextOut);
    }
    const result = sysBpf(BPF_CMD.PROG_TEST_RUN, memory, attr, ATTR_TEST_BYTES);
    if (result < 0) throw systemError(`BPF_PROG_TEST_RUN ${this.name} (${errnoWords(-result)[0]})`, -result);
    const size = view.getUint32(attr + 12, true);
    return {
      returnValue: view.getUint32(attr + 4, true),
      data: memory.u8.slice(out, out + size),
      durationNs: view.getUint32(attr + 36, true),
      ...(context ? { context: memory.u8.slice(contextOut, contextOut + view.getUint32(attr + 44, true)) } : {}),
    };
  }

  close(): void {
    libc().close(this.fd);
  }
}

const ATTR_LOAD_BYTES = 144;
const ATTR_TEST_BYTES = 80;
const FIRST_LOG_BYTES = 64 << 10;
const LAST_LOG_BYTES = 16 << 20;
/** A program may grow the frame (adjust_head); the kernel bounds growth by its headroom. */
const OUT_SLACK = 512;
const ENOSPC = 28;
