import type { Journey } from '@sluice/engine';

/** Version of the JSON form; docs/journey.schema.json describes it. */
export const JOURNEY_VERSION = 1;

/** A journey for programs: as the `Journey` type has it, frames in base64. */
export function journeyJson(journey: Journey): string {
  const replacer = (_key: string, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return value;
  };
  return `${JSON.stringify({ version: JOURNEY_VERSION, ...journey }, replacer, 2)}\n`;
}
