import type { Field } from '../manifest/field.ts';

/** A label selector: every term must hold; none means everything. Spec: Kubernetes API, LabelSelector. */
export interface Selector {
  readonly terms: readonly SelectorTerm[];
}

export type SelectorTerm =
  | { readonly operator: 'In' | 'NotIn'; readonly key: string; readonly values: readonly string[] }
  | { readonly operator: 'Exists' | 'DoesNotExist'; readonly key: string };

/** Reads a LabelSelector; an invalid expression is reported and left out. */
export function readSelector(field: Field): Selector {
  const terms: SelectorTerm[] = [];
  for (const [key, value] of Object.entries(field.child('matchLabels').labels())) {
    terms.push({ operator: 'In', key, values: [value] });
  }
  for (const expression of field.child('matchExpressions').items()) {
    const term = readTerm(expression);
    if (term) terms.push(term);
  }
  return { terms };
}

function readTerm(field: Field): SelectorTerm | undefined {
  const key = field.child('key').required();
  const operator = field.child('operator').required();
  const values = field
    .child('values')
    .items()
    .map((item) => item.string() ?? '');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return { operator, key, values };
      return field.report('K009', `operator ${operator} needs at least one value`, 'use Exists or DoesNotExist');
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return { operator, key };
      return field.report('K009', `operator ${operator} takes no values`, 'remove values, or use In or NotIn');
    default:
      return field
        .child('operator')
        .report('K009', `unknown operator '${operator}'`, 'In, NotIn, Exists or DoesNotExist');
  }
}

/** A plain map of labels, as a Service's selector is. */
export function selectorOfLabels(labels: Readonly<Record<string, string>>): Selector {
  return { terms: Object.entries(labels).map(([key, value]) => ({ operator: 'In', key, values: [value] })) };
}

/** Whether labels satisfy a selector. NotIn holds where the label is absent, as in Kubernetes. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.terms.every((term) => {
    const value = labels[term.key];
    switch (term.operator) {
      case 'In':
        return value !== undefined && term.values.includes(value);
      case 'NotIn':
        return value === undefined || !term.values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
    return term satisfies never;
  });
}

/** `app=api, tier in (a, b)`; `everything` where there are no terms. */
export function formatSelector(selector: Selector): string {
  if (selector.terms.length === 0) return 'everything';
  return selector.terms.map(formatTerm).join(', ');
}

function formatTerm(term: SelectorTerm): string {
  switch (term.operator) {
    case 'In':
      return term.values.length === 1 ? `${term.key}=${term.values[0]}` : `${term.key} in (${term.values.join(', ')})`;
    case 'NotIn':
      return `${term.key} not in (${term.values.join(', ')})`;
    case 'Exists':
      return term.key;
    case 'DoesNotExist':
      return `!${term.key}`;
  }
}
