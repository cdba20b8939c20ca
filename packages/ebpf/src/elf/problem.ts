/** Why bytes are not a BPF object that can be loaded. The codes: `OBJECT_PROBLEMS`. */
export interface ObjectProblem {
  readonly code: keyof typeof OBJECT_PROBLEMS;
  /** Section the trouble is in, where it is in one. */
  readonly section?: string;
  /** Byte offset in that section, or in the file. */
  readonly offset?: number;
  readonly message: string;
}

export const OBJECT_PROBLEMS = {
  E001: 'not an ELF file for BPF, little endian, relocatable',
  E002: 'the file is cut off or its tables point outside it',
  E003: 'the type information is damaged',
  E004: 'a map definition is not understood',
  E005: 'a relocation is not understood',
  E006: 'the program section is unknown',
  E007: 'there is no program in it, or a function is not where its symbol says',
  E008: 'an external symbol cannot be resolved',
} as const;

/** Carries a problem up through the reading functions of this folder; `readObject` catches it. */
export class Unreadable extends Error {
  readonly problem: ObjectProblem;

  constructor(code: ObjectProblem['code'], message: string, section?: string, offset?: number) {
    super(message);
    this.problem = {
      code,
      message,
      ...(section === undefined ? {} : { section }),
      ...(offset === undefined ? {} : { offset }),
    };
  }
}
