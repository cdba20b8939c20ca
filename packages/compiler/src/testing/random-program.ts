import {
  FIELDS,
  type Flow,
  load,
  type Piece,
  RANDOM_HEAD,
  RANDOM_PACKET_BYTES,
  type Run,
  SCALARS,
  STRUCT_BYTES,
  STRUCTS,
  type State,
  set,
  store,
  WIDES,
  WORDS,
  WORDS_OFFSET,
} from './random-memory.ts';

export { RANDOM_PACKET_BYTES };

/**
 * Random programs with loops, branches, structs on the stack, in the packet and in a map, inlined and separate functions;
 * and what they compute, by direct interpretation. One seed, one program.
 */
export interface RandomProgram {
  readonly text: string;
  /** Runs it on the packet's first bytes: the bytes afterwards. */
  readonly run: (packet: Uint8Array) => Uint8Array;
}

export function randomProgram(seed: number): RandomProgram {
  return new Generator(seed).program();
}

class Generator {
  #state: number;
  /** Names that may be used where code is being made. */
  #structs: readonly string[] = STRUCTS;
  #scalars: readonly string[] = SCALARS;
  #wides: readonly string[] = WIDES;
  #loops = 0;
  #callable: { readonly name: string; readonly body: Piece<Flow>; readonly result: Piece<bigint> }[] = [];

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  }

  program(): RandomProgram {
    const functions = ['f', 'g'].map((name) => this.#function(name));
    const body = this.#block(7, 3);
    const text = `${RANDOM_HEAD}
${functions.map(({ text }) => text).join('\n')}
export const p = xdp((ctx) => {
  const p = packet(ctx, 0, S);
  const out = packet(ctx, ${STRUCT_BYTES}, Out);
  const m = map.lookup(0);
  if (p === null || out === null || m === null) return 0;
  const s = new S(); const t = new S();
  let x: u32 = p.c; let y: u32 = p.words[0]; let z: u32 = 7;
  let v: u64 = p.d; let w: u64 = 1n;
${body.text}
  copy(out.s, s);
  out.v = v; out.w = w; out.x = u64(x); out.y = u64(y) + u64(t.c) + m.d; out.z = u64(z);
  return 1;
});`;
    return { text, run: (packet) => this.#interpret(body, packet) };
  }

  #interpret(body: Piece<Flow>, packet: Uint8Array): Uint8Array {
    const bytes = packet.slice();
    const view = (at: number) => new DataView(bytes.buffer, bytes.byteOffset + at, STRUCT_BYTES);
    const own = () => new DataView(new ArrayBuffer(STRUCT_BYTES));
    const structs = { p: view(0), s: own(), t: own(), m: own() };
    const state: State = {
      structs,
      scalars: {
        x: load(structs.p, 8, 32),
        y: load(structs.p, WORDS_OFFSET, 32),
        z: 7n,
        v: load(structs.p, 0, 64),
        w: 1n,
      },
    };
    body.run(state);
    const { scalars } = state;
    const out = new DataView(bytes.buffer, bytes.byteOffset + STRUCT_BYTES);
    for (let i = 0; i < STRUCT_BYTES; i++) out.setUint8(i, structs.s.getUint8(i));
    const y = scalars['y']! + load(structs.t, 8, 32) + load(structs.m, 0, 64);
    [scalars['v']!, scalars['w']!, scalars['x']!, y, scalars['z']!].forEach((value, i) => {
      store(out, STRUCT_BYTES + 8 * i, 64, value);
    });
    return bytes;
  }

  /** A function of a struct and a number, called at least twice, or inlined. */
  #function(name: string): { text: string } {
    const outer = { structs: this.#structs, scalars: this.#scalars, wides: this.#wides, callable: this.#callable };
    this.#structs = [`${name}_s`];
    this.#scalars = [`${name}_n`];
    this.#wides = [];
    const body = this.#block(4, 2, true);
    const result = this.#narrow(2);
    this.#structs = outer.structs;
    this.#scalars = outer.scalars;
    this.#wides = outer.wides;
    this.#callable = [...outer.callable, { name, body, result }];
    const tag = this.#chance(0.6) ? '/** @noinline */' : '/** @inline */';
    return {
      text: `${tag} function ${name}(${name}_s: S, ${name}_n: u32): u32 {\n${body.text}\nreturn ${result.text};\n}`,
    };
  }

  #block(length: number, depth: number, inFunction = false): Piece<Flow> {
    const parts = Array.from({ length: 1 + this.#below(length) }, () => this.#statement(depth, inFunction));
    return {
      text: parts.map(({ text }) => text).join('\n'),
      run: (state) => {
        for (const part of parts) {
          const flow = part.run(state);
          if (flow !== 'next') return flow;
        }
        return 'next';
      },
    };
  }

  #statement(depth: number, inFunction: boolean): Piece<Flow> {
    const kind = this.#below(depth > 0 ? 12 : 7);
    if (kind < 2) return this.#assignScalar();
    if (kind < 5) return this.#assignField();
    if (kind === 5) return this.#copyOrCount();
    if (kind === 6) return this.#callable.length > 0 && !inFunction ? this.#callStatement() : this.#assignField();
    if (kind < 10) return this.#if(depth - 1, inFunction);
    return this.#loop(depth - 1, inFunction);
  }

  #assignScalar(): Piece<Flow> {
    if (this.#wides.length > 0 && this.#chance(0.4)) {
      const name = this.#pick(this.#wides);
      const value = this.#wide(3);
      return { text: `${name} = ${value.text};`, run: set(name, value.run) };
    }
    const name = this.#pick(this.#scalars);
    const value = this.#narrow(3);
    return { text: `${name} = ${value.text};`, run: set(name, value.run) };
  }

  #assignField(): Piece<Flow> {
    const place = this.#place();
    const value = place.bits === 64 ? this.#wide(2) : this.#narrow(2);
    // The object, then its index, then the value, as JavaScript evaluates them.
    return {
      text: `${place.text} = ${place.bits < 32 ? `u${place.bits}(${value.text})` : value.text};`,
      run: (state) => {
        const at = place.at(state);
        store(state.structs[place.struct]!, at, place.bits, value.run(state));
        return 'next';
      },
    };
  }

  #copyOrCount(): Piece<Flow> {
    if (this.#chance(0.5)) {
      const [to, from] = [this.#pick(this.#structs), this.#pick(this.#structs)];
      return {
        text: `copy(${to}, ${from});`,
        run: ({ structs }) => {
          for (let i = 0; i < STRUCT_BYTES; i++) structs[to]!.setUint8(i, structs[from]!.getUint8(i));
          return 'next';
        },
      };
    }
    // Atomic operations on packets are refused.
    const struct = this.#pick(this.#structs.filter((name) => name === 's' || name === 't' || name === 'm'));
    if (!struct) return this.#assignField();
    const value = this.#narrow(1);
    return {
      text: `atomicAdd(${struct}.c, ${value.text});`,
      run: (state) => {
        const view = state.structs[struct]!;
        store(view, 8, 32, load(view, 8, 32) + value.run(state));
        return 'next';
      },
    };
  }

  #callStatement(): Piece<Flow> {
    const target = this.#pick(this.#callable);
    const struct = this.#pick(this.#structs);
    const argument = this.#narrow(2);
    const into = this.#pick(this.#scalars);
    const { name, body, result } = target;
    return {
      text: `${into} = ${name}(${struct}, ${argument.text});`,
      run: (state) => {
        const inner: State = {
          scalars: { [`${name}_n`]: argument.run(state) },
          structs: { [`${name}_s`]: state.structs[struct]! },
        };
        body.run(inner);
        state.scalars[into] = result.run(inner);
        return 'next';
      },
    };
  }

  #if(depth: number, inFunction: boolean): Piece<Flow> {
    const condition = this.#condition(2);
    const yes = this.#block(3, depth, inFunction);
    const leave = this.#loops > 0 && this.#chance(0.4) ? this.#pick(['break', 'continue'] as const) : undefined;
    const no = this.#chance(0.5) ? this.#block(2, depth, inFunction) : undefined;
    return {
      text: `if (${condition.text}) {\n${yes.text}\n${leave ? `${leave};\n` : ''}}${no ? ` else {\n${no.text}\n}` : ''}`,
      run: (state) => {
        if (!condition.run(state)) return no?.run(state) ?? 'next';
        const flow = yes.run(state);
        return flow === 'next' && leave ? leave : flow;
      },
    };
  }

  #loop(depth: number, inFunction: boolean): Piece<Flow> {
    if (this.#loops > 1) return this.#assignField();
    const name = `i${this.#loops}${inFunction ? 'f' : ''}${this.#below(1000)}`;
    const times = 1 + this.#below(4);
    this.#loops++;
    const scalars = this.#scalars;
    const body = this.#block(3, depth, inFunction);
    const used = this.#assignFrom(name);
    this.#loops--;
    this.#scalars = scalars;
    return {
      text: `for (let ${name} = 0; ${name} < ${times}; ${name}++) {\n${used.text}\n${body.text}\n}`,
      run: (state) => {
        for (let i = 0; i < times; i++) {
          state.scalars[name] = BigInt(i);
          used.run(state);
          const flow = body.run(state);
          if (flow === 'break') break;
          if (flow === 'return') return flow;
        }
        return 'next';
      },
    };
  }

  /** A statement that uses a loop's variable as an index. */
  #assignFrom(name: string): Piece<Flow> {
    const struct = this.#pick(this.#structs);
    const value = this.#narrow(1);
    return {
      text: `${struct}.words[${name} & 3] = ${value.text} + ${name};`,
      run: (state) => {
        const index = state.scalars[name]! & 3n;
        store(state.structs[struct]!, WORDS_OFFSET + 4 * Number(index), 32, value.run(state) + state.scalars[name]!);
        return 'next';
      },
    };
  }

  #place(): { text: string; struct: string; bits: number; at: Run<number> } {
    const struct = this.#pick(this.#structs);
    if (this.#chance(0.4)) {
      // The verifier follows no unknown index into a packet, which a function's parameter may be.
      const known = struct !== 's' && struct !== 't' && struct !== 'm';
      if (known || this.#chance(0.5)) {
        const i = this.#below(WORDS);
        return { text: `${struct}.words[${i}]`, struct, bits: 32, at: () => WORDS_OFFSET + 4 * i };
      }
      const index = this.#narrow(1);
      const at: Run<number> = (state) => WORDS_OFFSET + 4 * Number(index.run(state) & 3n);
      return { text: `${struct}.words[${index.text} & 3]`, struct, bits: 32, at };
    }
    const [name, offset, bits] = this.#pick(FIELDS);
    return { text: `${struct}.${name}`, struct, bits, at: () => offset };
  }

  #condition(depth: number): Piece<boolean> {
    if (depth > 0 && this.#chance(0.3)) {
      const [a, b] = [this.#condition(depth - 1), this.#condition(depth - 1)];
      return this.#chance(0.5)
        ? { text: `(${a.text} && ${b.text})`, run: (s) => a.run(s) && b.run(s) }
        : { text: `(${a.text} || !(${b.text}))`, run: (s) => a.run(s) || !b.run(s) };
    }
    const [a, b] =
      this.#chance(0.3) && this.#wides.length > 0 ? [this.#wide(1), this.#wide(1)] : [this.#narrow(1), this.#narrow(1)];
    const operator = this.#pick(['===', '!==', '<', '>='] as const);
    const test = {
      '===': (l: bigint, r: bigint) => l === r,
      '!==': (l: bigint, r: bigint) => l !== r,
      '<': (l: bigint, r: bigint) => l < r,
      '>=': (l: bigint, r: bigint) => l >= r,
    }[operator];
    return { text: `${a.text} ${operator} ${b.text}`, run: (s) => test(a.run(s), b.run(s)) };
  }

  /** A u32. */
  #narrow(depth: number): Piece<bigint> {
    const kind = this.#below(depth > 0 ? 9 : 4);
    if (kind === 0) {
      const n = this.#chance(0.5) ? this.#below(16) : this.#next() >>> this.#below(30);
      return { text: `u32(${n})`, run: () => BigInt(n) };
    }
    if (kind < 3) {
      const name = this.#pick(this.#scalars);
      return { text: name, run: (s) => s.scalars[name]! };
    }
    if (kind === 3 || kind === 4) {
      const place = this.#place();
      if (place.bits === 64)
        return { text: `u32(${place.text})`, run: (s) => BigInt.asUintN(32, load(s.structs[place.struct]!, 0, 64)) };
      return { text: `u32(${place.text})`, run: (s) => load(s.structs[place.struct]!, place.at(s), place.bits) };
    }
    if (kind === 5) {
      const cut = this.#pick([8, 16] as const);
      const inner = this.#narrow(depth - 1);
      return { text: `u32(u${cut}(${inner.text}))`, run: (s) => BigInt.asUintN(cut, inner.run(s)) };
    }
    return this.#operation(32, this.#narrow(depth - 1), this.#narrow(depth - 1), '');
  }

  /** A u64. */
  #wide(depth: number): Piece<bigint> {
    const kind = this.#below(depth > 0 ? 6 : 3);
    if (kind === 0 || this.#wides.length === 0) {
      const inner = this.#narrow(Math.max(0, depth - 1));
      return { text: `u64(${inner.text})`, run: inner.run };
    }
    if (kind === 1) {
      const name = this.#pick(this.#wides);
      return { text: name, run: (s) => s.scalars[name]! };
    }
    if (kind === 2) {
      const struct = this.#pick(this.#structs);
      return { text: `${struct}.d`, run: (s) => load(s.structs[struct]!, 0, 64) };
    }
    return this.#operation(64, this.#wide(depth - 1), this.#wide(depth - 1), 'n');
  }

  #operation(bits: 32 | 64, a: Piece<bigint>, b: Piece<bigint>, suffix: string): Piece<bigint> {
    const operator = this.#pick(['+', '-', '*', '^', '&', '|', '<<', '>>', '/', '%'] as const);
    if (operator === '<<' || operator === '>>') {
      const by = this.#below(bits);
      const run: Run<bigint> = (s) =>
        BigInt.asUintN(bits, operator === '<<' ? a.run(s) << BigInt(by) : a.run(s) >> BigInt(by));
      return { text: `(${a.text} ${operator} ${by}${suffix})`, run };
    }
    const divisor = operator === '/' || operator === '%' ? `(${b.text} | 1${suffix})` : b.text;
    const compute = (l: bigint, r: bigint): bigint => {
      switch (operator) {
        case '+':
          return l + r;
        case '-':
          return l - r;
        case '*':
          return l * r;
        case '^':
          return l ^ r;
        case '&':
          return l & r;
        case '|':
          return l | r;
        case '/':
          return l / (r | 1n);
        case '%':
          return l % (r | 1n);
        default:
          return operator satisfies never;
      }
    };
    return {
      text: `(${a.text} ${operator} ${divisor})`,
      run: (s) => BigInt.asUintN(bits, compute(a.run(s), b.run(s))),
    };
  }

  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  #below(n: number): number {
    return this.#next() % n;
  }

  #chance(p: number): boolean {
    return this.#next() / 2 ** 32 < p;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }
}
