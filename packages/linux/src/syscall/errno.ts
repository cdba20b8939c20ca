import { getSystemErrorMap } from 'node:util';
import { EngineError, type SourcePlace } from '@sluice/engine';

/** Names and words for errno numbers; those that libuv does not know, bpf(2) still returns. */
const EXTRA: Readonly<Record<number, readonly [string, string]>> = {
  61: ['ENODATA', 'no data available'],
  87: ['EUSERS', 'too many users'],
  524: ['ENOTSUPP', 'operation not supported by this kernel'],
};

/** `[name, words]` of an errno number. */
export function errnoWords(errno: number): readonly [string, string] {
  return getSystemErrorMap().get(-errno) ?? EXTRA[errno] ?? [`errno ${errno}`, 'unknown error'];
}

/** The EngineError for a failed system call. */
export function systemError(operation: string, errno: number, log?: string): EngineError {
  const [name, words] = errnoWords(errno);
  const lastLine = log ? lastLogLine(log) : undefined;
  return new EngineError(operation, name, lastLine ?? words, log, log ? lastSource(log) : undefined);
}

/** The source line that the log mentions last: `; text @ file.bpf.ts:12`. */
function lastSource(log: string): SourcePlace | undefined {
  const mentioned = [...log.matchAll(/^; (.*) @ (\S+):(\d+)$/gm)].at(-1);
  const [, text, file, line] = mentioned ?? [];
  return text !== undefined && file !== undefined ? { file, line: Number(line), text } : undefined;
}

/** The verifier's verdict: the last line of its log that is not a statistic. */
function lastLogLine(log: string): string | undefined {
  const lines = log
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(processed|verification time|stack depth)/.test(line));
  return lines.at(-1);
}
