import type { HeaderChange } from '@sluice/engine';
import { type HeaderField, headerFields } from '@sluice/wire';

/** A packet's bytes and marks at one moment of its way. */
export interface Snapshot {
  readonly frame: Uint8Array;
  readonly starts: 'ethernet' | 'ip';
  readonly mark: number;
}

const NONE = '(none)';

/** What differs between two moments, field by field in the order the headers stand; checksums are left out. */
export function headerChanges(before: Snapshot, after: Snapshot): readonly HeaderChange[] {
  if (before.mark === after.mark && before.starts === after.starts && sameBytes(before.frame, after.frame)) return [];
  const old = new Map(fieldsOf(before));
  const changes: HeaderChange[] = [];
  for (const [field, value] of fieldsOf(after)) {
    const was = old.get(field);
    old.delete(field);
    if (was !== value) changes.push({ field, before: was ?? NONE, after: value });
  }
  for (const [field, was] of old) changes.push({ field, before: was, after: NONE });
  return changes;
}

const fieldsOf = (s: Snapshot): readonly HeaderField[] => [
  ...headerFields(s.frame, s.starts),
  ['skb.mark', `0x${s.mark.toString(16)}`],
];

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
