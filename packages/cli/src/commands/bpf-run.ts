import { type Btf, type ObjectSpec, type ProgramSpec, parseBtf, readObject } from '@sluice/ebpf';
import type { BpfKernel, LoadedObject, ProgramHandle } from '@sluice/engine';
import { EngineError } from '@sluice/engine';
import { type CapturedPacket, LINKTYPE_ETHERNET, readCapture, summarizeFrame } from '@sluice/wire';
import { EXIT, Exit } from '../exit-codes.ts';
import { readMapJson } from '../input/map-json.ts';
import { readBytes, readText } from '../input/read-files.ts';
import { returnValueName } from '../output/return-value.ts';

export interface BpfRunOptions {
  readonly pcap: string;
  readonly program?: string;
  readonly map: readonly string[];
  readonly edit: readonly string[];
  readonly engine: 'model' | 'interpreter' | 'linux';
  readonly output: 'text' | 'json';
}

interface PacketResult {
  readonly packet: number;
  readonly verdict: string;
  readonly returnValue: number;
  readonly summary: string;
  readonly changed: boolean;
  /** The frame as the program left it, hexadecimal; only where it was changed. */
  readonly data?: string;
}

/** `sluice bpf run`: a program over the packets of a capture, in the model or in this machine's kernel. */
export async function bpfRun(objectPath: string, options: BpfRunOptions): Promise<number> {
  const spec = readSpec(objectPath);
  const packets = readPackets(options.pcap);
  const kernel = await openKernel(options.engine);
  const loaded = load(kernel, spec, objectPath);
  const status = new Map<string, number>();
  try {
    const program = chooseProgram(loaded, spec, options.program);
    for (const assignment of options.map) fillMap(loaded, spec, assignment);
    const edits = options.edit.map(parseEdit);
    const results: PacketResult[] = packets.map((packet, i) => {
      for (const edit of edits) if (edit.packet === i + 1) fillMap(loaded, spec, edit.assignment);
      const result = runOne(program.handle, program.spec, packet, i + 1);
      status.set(result.verdict, (status.get(result.verdict) ?? 0) + 1);
      if (options.output === 'text') console.log(resultText(result));
      return result;
    });
    const counts = Object.fromEntries(status);
    const name = program.spec.name;
    if (options.output === 'json')
      console.log(
        JSON.stringify({ version: 1, engine: options.engine, program: name, counts, packets: results }, null, 2),
      );
    else console.log(`${packets.length} packets: ${[...status].map(([verdict, n]) => `${n} ${verdict}`).join(', ')}`);
    return EXIT.OK;
  } finally {
    loaded.close();
  }
}

function readSpec(path: string): { object: ObjectSpec; btf?: Btf } {
  const result = readObject(readBytes(path));
  if (!result.ok) {
    const { code, message, section, offset } = result.problem;
    const place = [section, offset === undefined ? undefined : `offset ${offset}`].filter(Boolean).join(', ');
    throw new Exit(EXIT.DATA, [`${path}: error: ${message}${place ? ` (${place})` : ''} [${code}]`]);
  }
  const btf = result.object.btf ? parseBtf(result.object.btf) : undefined;
  return { object: result.object, ...(btf?.ok ? { btf: btf.btf } : {}) };
}

/** The frames of a capture. One cut short is said, and ends the command: half an answer would look like a whole one. */
function readPackets(path: string): readonly CapturedPacket[] {
  const capture = readCapture(readBytes(path));
  const { problem } = capture;
  if (problem) {
    const where = problem.code === 'not-a-capture' ? '' : ` at packet ${problem.packet}, byte ${problem.offset}`;
    throw new Exit(EXIT.DATA, [`${path}: error: ${problem.message}${where}`]);
  }
  const other = capture.packets.findIndex((p) => capture.interfaces[p.interface]?.linkType !== LINKTYPE_ETHERNET);
  if (other >= 0) throw new Exit(EXIT.DATA, [`${path}: error: packet ${other + 1} is not an Ethernet frame`]);
  return capture.packets;
}

async function openKernel(engine: BpfRunOptions['engine']): Promise<BpfKernel> {
  if (engine === 'linux') {
    const { linuxBpf, probeBpf } = await import('@sluice/linux');
    const capability = probeBpf();
    if (!capability.usable) throw new Exit(EXIT.UNAVAILABLE, [`error: --engine linux: ${capability.missing}`]);
    return linuxBpf();
  }
  const { createModelKernel } = await import('@sluice/model');
  return createModelKernel({ engine: engine === 'model' ? 'jit' : 'interpreter' }).createHost({ name: 'host' }).bpf;
}

/** A refusal by either verifier is its own words, and the place in the source. */
function load(kernel: BpfKernel, { object }: { object: ObjectSpec }, path: string): LoadedObject {
  try {
    return kernel.loadObject(object);
  } catch (error) {
    if (!(error instanceof EngineError) || !error.operation.startsWith('BPF_PROG_LOAD')) throw error;
    throw new Exit(EXIT.DENIED, refusalLines(path, error));
  }
}

function refusalLines(path: string, { operation, code, detail, source }: EngineError): string[] {
  const place = source ? `${source.file}:${source.line}${source.column ? `:${source.column}` : ''}` : path;
  const line = `${place}: error: ${detail} (${operation}: ${code})`;
  return source ? [line, `    ${source.text}`] : [line];
}

function chooseProgram(
  loaded: LoadedObject,
  { object }: { object: ObjectSpec },
  name: string | undefined,
): { handle: ProgramHandle; spec: ProgramSpec } {
  const names = object.programs.map((program) => program.name).join(', ');
  const spec = name === undefined ? object.programs[0] : object.programs.find((program) => program.name === name);
  if (name === undefined && object.programs.length > 1) {
    throw new Exit(EXIT.USAGE, [`error: the object has several programs — choose with --program: ${names}`]);
  }
  const handle = spec && loaded.programs.get(spec.name);
  if (!spec || !handle) throw new Exit(EXIT.USAGE, [`error: no program ${name} in the object — it has ${names}`]);
  return { handle, spec };
}

function fillMap(loaded: LoadedObject, { object, btf }: { object: ObjectSpec; btf?: Btf }, assignment: string): void {
  const equals = assignment.indexOf('=');
  const name = assignment.slice(0, equals);
  const file = assignment.slice(equals + 1);
  const spec = object.maps.find((map) => map.name === name);
  const map = loaded.maps.get(name);
  if (equals < 1 || !spec || !map) {
    const names = object.maps.map((candidate) => candidate.name).filter((candidate) => !candidate.startsWith('.'));
    throw new Exit(EXIT.USAGE, [
      `error: --map ${assignment}: no such map — write name=file.json; maps are ${names.join(', ')}`,
    ]);
  }
  for (const { key, value } of readMapJson(file, readText(file), spec, btf)) map.set(key, value);
}

function parseEdit(text: string): { packet: number; assignment: string } {
  const found = /^(\d+):(.+)$/.exec(text);
  if (!found) throw new Exit(EXIT.USAGE, [`error: --edit ${text}: write packet:name=file.json`]);
  return { packet: Number(found[1]), assignment: found[2] as string };
}

function runOne(program: ProgramHandle, spec: ProgramSpec, packet: CapturedPacket, number: number): PacketResult {
  const result = program.testRun({ data: packet.data });
  const changed = Buffer.compare(result.data, packet.data) !== 0;
  return {
    packet: number,
    verdict: returnValueName(spec.type, result.returnValue),
    returnValue: result.returnValue,
    summary: summarizeFrame(packet.data),
    changed,
    ...(changed ? { data: Buffer.from(result.data).toString('hex') } : {}),
  };
}

function resultText({ packet, verdict, summary, changed }: PacketResult): string {
  return `${String(packet).padStart(6)}  ${verdict.padEnd(15)} ${summary}${changed ? '  (changed)' : ''}`;
}
