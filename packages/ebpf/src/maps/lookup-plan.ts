/**
 * How compiled code may look a key up by itself: where things are in the arena. Maps that keep their state elsewhere, or
 * that depend on the current CPU, have no plan.
 */
export type LookupPlan =
  | {
      readonly kind: 'array';
      /** Address of entry 0. */
      readonly base: number;
      readonly entryBytes: number;
      readonly maxEntries: number;
    }
  | {
      readonly kind: 'hash';
      /** Address of the table's words: see `TABLE_*`. */
      readonly table: number;
      readonly keySize: number;
      /** Offset of the value in an element; the key is at ELEMENT_KEY. */
      readonly valueOffset: number;
      /** A hit moves the element to the newest end. */
      readonly lru: boolean;
    };

/** Bytes in a hash table's words: address of the first bucket, mask of bucket numbers, and in LRU maps the two ends. */
export const TABLE_BUCKETS = 0;
export const TABLE_MASK = 4;
export const TABLE_NEWEST = 8;
export const TABLE_OLDEST = 12;
export const TABLE_BYTES = 16;

/** Bytes in an element: next in its bucket, hash, in LRU maps its neighbours in age; then the key. */
export const ELEMENT_NEXT = 0;
export const ELEMENT_HASH = 4;
export const ELEMENT_OLDER = 8;
export const ELEMENT_NEWER = 12;
export const ELEMENT_KEY = 16;

/** Multipliers of `hashBytes`. */
export const HASH_WORD = 0x9e3779b1;
export const HASH_END = 0x45d9f3b;
