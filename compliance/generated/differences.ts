import { formatFrame, fromHex } from '@sluice/wire';
import type { Observation } from './observe.ts';

/** Where two observations differ, a line each, as a person reads it. Empty where they are the same. */
export function differences(model: Observation, linux: Observation): string[] {
  return [
    ...lists('outcomes', model.outcomes, linux.outcomes, String),
    ...Object.keys(linux.frames).flatMap((name) =>
      lists(`frames of ${name}`, model.frames[name] ?? [], linux.frames[name] ?? [], frameText),
    ),
    ...linux.received.flatMap((got, i) => lists(`socket ${i}`, model.received[i] ?? [], got, String)),
    ...Object.keys(linux.statistics).flatMap((name) => {
      const [m, l] = [JSON.stringify(model.statistics[name]), JSON.stringify(linux.statistics[name])];
      return m === l ? [] : [`statistics of ${name}: model ${m}, Linux ${l}`];
    }),
    ...Object.keys(linux.maps).flatMap((name) =>
      lists(`map ${name}`, model.maps[name] ?? [], linux.maps[name] ?? [], String),
    ),
  ];
}

function lists<T>(what: string, model: readonly T[], linux: readonly T[], show: (item: T) => string): string[] {
  const length = Math.max(model.length, linux.length);
  for (let i = 0; i < length; i++) {
    const [m, l] = [model[i], linux[i]];
    if (m === l) continue;
    const text = (item: T | undefined) => (item === undefined ? 'nothing' : show(item));
    return [
      `${what}, ${i + 1} of ${model.length} and ${linux.length}:`,
      `    model: ${text(m)}`,
      `    Linux: ${text(l)}`,
    ];
  }
  return [];
}

function frameText(hex: string): string {
  const bytes = fromHex(hex);
  return bytes ? `${formatFrame(bytes)} (${bytes.length}) ${hex}` : hex;
}
