import type { ObjectRef, Problem } from '@sluice/engine';
import { type Document, isAlias, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { Field } from './field.ts';

/** A file's name, as shown to people, and its text. */
export interface ManifestSource {
  readonly file: string;
  readonly text: string;
}

/** One Kubernetes object as written: its kind and its fields, with positions. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** '' for kinds without a namespace. */
  readonly namespace: string;
  readonly root: Field;
}

/**
 * Splits multi-document YAML (and `kind: List`) into objects. What cannot be read is reported with file and line; the
 * rest goes on.
 */
export function readManifests(sources: readonly ManifestSource[]): { manifests: Manifest[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const manifests: Manifest[] = [];
  for (const source of sources) {
    const lines = new LineCounter();
    const documents = parseAllDocuments(source.text, { lineCounter: lines, prettyErrors: false, strict: true });
    for (const document of Array.isArray(documents) ? documents : []) {
      if (reportSyntax(document, source.file, lines, problems)) continue;
      const context = { file: source.file, lines, problems, resolve: resolver(document) };
      const root = new Field(context, '', document.contents ?? undefined, undefined);
      if (root.present) readObject(root, manifests);
    }
  }
  return { manifests, problems };
}

function reportSyntax(document: Document, file: string, lines: LineCounter, problems: Problem[]): boolean {
  const first = document.errors[0];
  if (!first) return false;
  const { line, col } = lines.linePos(first.pos[0]);
  const message = `not YAML: ${first.message.split('\n')[0]}`;
  problems.push({ severity: 'error', code: 'K001', message, file, line, column: col });
  return true;
}

const resolver =
  (document: Document) =>
  (node: Node): Node | undefined =>
    isAlias(node) ? (node.resolve(document) as Node | undefined) : node;

function readObject(root: Field, manifests: Manifest[]): void {
  if (root.keys().length === 0) {
    root.report('K002', 'this document is not a Kubernetes object', 'it needs apiVersion, kind and metadata');
    return;
  }
  const kind = root.child('kind').string();
  if (kind === undefined) {
    root.report('K002', 'this document has no kind', 'a Kubernetes object begins with apiVersion and kind');
    return;
  }
  if (kind === 'List' || kind.endsWith('List')) {
    for (const item of root.child('items').items()) {
      readObject(new Field(item.context, '', item.node, item.parent), manifests);
    }
    return;
  }
  const metadata = root.child('metadata');
  const name = metadata.child('name').required();
  if (name === '') return;
  const namespace = CLUSTER_SCOPED.has(kind) ? '' : (metadata.child('namespace').string() ?? 'default');
  manifests.push({ apiVersion: root.child('apiVersion').required(), kind, name, namespace, root });
}

const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Namespace',
  'Node',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'PersistentVolume',
  'CustomResourceDefinition',
  'IngressClass',
  'PriorityClass',
]);

/** How to name an object, or a place in it, to people. */
export function refOf(manifest: Manifest, field: Field = manifest.root): ObjectRef {
  return {
    kind: manifest.kind,
    ...(manifest.namespace ? { namespace: manifest.namespace } : {}),
    name: manifest.name,
    ...(field.path ? { path: field.path } : {}),
    file: field.context.file,
    line: field.line,
  };
}
