import { ARITHMETIC_CASES } from './corpus/arithmetic.ts';
import { CALL_CASES } from './corpus/calls.ts';
import { CONTROL_CASES } from './corpus/control.ts';
import { MAP_CASES } from './corpus/maps.ts';
import { MEMORY_CASES } from './corpus/memory.ts';

/**
 * Programs with what they must give, for every engine alike: the compiled object is run in the interpreter, in the JIT
 * and in Linux.
 */
export interface CorpusCase {
  /** A sentence: what is shown. */
  readonly name: string;
  /** The file after its imports: everything of the surface is imported under its own name. */
  readonly source: string;
  /** Default: 64 bytes, each its own index. */
  readonly packet?: Uint8Array;
  readonly times?: number;
  /** r0 of the last run. */
  readonly result: number;
  /** Bytes of the packet afterwards that are not as before, by offset. */
  readonly changed?: Readonly<Record<number, number>>;
}

export const CORPUS: readonly CorpusCase[] = [
  ...ARITHMETIC_CASES,
  ...CONTROL_CASES,
  ...MEMORY_CASES,
  ...CALL_CASES,
  ...MAP_CASES,
];

/** The packet that cases without one of their own run on. */
export const CORPUS_PACKET = Uint8Array.from({ length: 64 }, (_, i) => i);

/** A case as a whole source file. */
export function corpusText({ source }: Pick<CorpusCase, 'source'>): string {
  return `${IMPORTS}\nexport const license = 'GPL';\n${source}\n`;
}

const NAMES = `arrayMap array atomicAdd atomicAnd atomicOr atomicXor be16 be32 be64 bytes compareExchange config copy equal
  EthHdr exchange fetchAdd getPrandomU32 getSmpProcessorId global hashMap htonl htonll htons i16 i32 i64 i8 ktimeGetNs
  lpmTrieMap lruHashMap ntohl ntohll ntohs packet packetLength percpuArrayMap progArray ringBuffer sizeOf tc tracePrintk
  u16 u32 u64 u8 XDP_DROP XDP_PASS xdp`;

const IMPORTS = `import { ${NAMES.split(/\s+/).join(', ')}, type Bytes, type FixedArray, type Ref, type XdpMd } from '@sluice/compiler/bpf';`;
