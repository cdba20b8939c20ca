import type { Arena } from '../../memory/arena.ts';
import type { Helper } from '../program.ts';

/**
 * bpf_trace_printk: formats and hands the line to `sink`; returns its length.
 *
 * Kernel: kernel/trace/bpf_trace.c bpf_trace_printk(). Conversions: d i u x X p c s, with l, ll, 0 and width.
 */
export function tracePrintk(arena: Arena, sink: (text: string) => void): Helper {
  return (format, size, ...values) => {
    const text = formatTrace(arena, readText(arena, format!, size!), values);
    sink(text);
    return text.length;
  };
}

const CONVERSION = /%(0?)(\d*)(l{0,2}|h{0,2})([diuxXpcs%])/g;

function formatTrace(arena: Arena, format: string, halves: readonly number[]): string {
  let next = 0;
  return format.replace(CONVERSION, (_all, zero: string, width: string, length: string, kind: string) => {
    if (kind === '%') return '%';
    const low = halves[next * 2] ?? 0;
    const high = halves[next * 2 + 1] ?? 0;
    next++;
    const text = one(arena, kind, length, low, high);
    return text.padStart(Number(width), zero === '0' ? '0' : ' ');
  });
}

function one(arena: Arena, kind: string, length: string, low: number, high: number): string {
  if (kind === 'c') return String.fromCharCode(low & 0xff);
  if (kind === 's') return readText(arena, low, 64);
  const bits = kind === 'p' || length.startsWith('l') ? 64 : 32;
  const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  if (kind === 'd' || kind === 'i') return BigInt.asIntN(bits, value).toString();
  const unsigned = BigInt.asUintN(bits, value);
  if (kind === 'u') return unsigned.toString();
  const hex = unsigned.toString(16);
  return kind === 'p' ? hex.padStart(16, '0') : kind === 'X' ? hex.toUpperCase() : hex;
}

function readText(arena: Arena, at: number, size: number): string {
  let text = '';
  for (let i = at; i < at + size && i < arena.size; i++) {
    const code = arena.u8[i]!;
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
}
