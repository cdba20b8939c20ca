import type { Btf } from '../btf/btf.ts';

/** Structs that the kernel manages where they stand in a map value. Kernel: kernel/bpf/btf.c btf_get_field_type(). */
const STRUCTS: ReadonlySet<string> = new Set([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'bpf_list_head',
  'bpf_list_node',
  'bpf_rb_root',
  'bpf_rb_node',
  'bpf_refcount',
]);
/** Type tags that make a pointer in a map value one that the kernel counts. */
const TAGS: ReadonlySet<string> = new Set(['kptr', 'kptr_untrusted', 'percpu_kptr', 'uptr']);

/**
 * The name of a field inside type `id` that loads and stores may not touch as they touch others: a lock, a timer, a
 * counted pointer. Undefined where there is none.
 */
export function specialField(btf: Btf, id: number, depth = 0): string | undefined {
  if (depth > NESTING_MAX) return undefined;
  const type = btf.type(btf.strip(id));
  switch (type.kind) {
    case 'struct':
    case 'union': {
      if (STRUCTS.has(type.name)) return type.name;
      for (const member of type.members) {
        const found = specialField(btf, member.type, depth + 1);
        if (found) return found;
      }
      return undefined;
    }
    case 'array':
      return specialField(btf, type.element, depth + 1);
    case 'ptr': {
      const target = btf.type(type.type);
      return target.kind === 'type_tag' && TAGS.has(target.name) ? target.name : undefined;
    }
    case 'void':
    case 'int':
    case 'float':
    case 'volatile':
    case 'const':
    case 'restrict':
    case 'typedef':
    case 'type_tag':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'func':
    case 'func_proto':
    case 'var':
    case 'datasec':
    case 'decl_tag':
      return undefined;
    default:
      return type satisfies never;
  }
}

const NESTING_MAX = 32;
