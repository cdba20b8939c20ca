import type { Problem } from '../diagnostics/problem.ts';
import { LIB_FILE, LIB_TEXT } from './lib.ts';
import { SURFACE } from './surface.gen.ts';
import { type TypeScript, ts } from './typescript.ts';

/**
 * Where our own declarations appear to lie: the surface's `index.d.ts` and its neighbours, and the library. Absolute where
 * the entry's path is, since TypeScript does not bear a mixture.
 */
const OWN_FOLDER = 'sluice-language/';
const ownFolder = (entryPath: string): string => (entryPath.startsWith('/') ? `/${OWN_FOLDER}` : OWN_FOLDER);
const SURFACE_MODULE = '@sluice/compiler/bpf';

export interface Front {
  readonly program: TypeScript.Program;
  readonly checker: TypeScript.TypeChecker;
  readonly entry: TypeScript.SourceFile;
  /** The user's files, in the order they were first imported, entry last. */
  readonly files: readonly TypeScript.SourceFile[];
}

/** How the compiler reads a file: its text, or undefined where there is none. Paths are `/`-separated. */
export type ReadSource = (path: string) => string | undefined;

const OPTIONS = (): TypeScript.CompilerOptions => ({
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  resolvePackageJsonImports: false,
  resolvePackageJsonExports: false,
  allowImportingTsExtensions: true,
  noEmit: true,
  noLib: true,
  strict: true,
  skipLibCheck: true,
  types: [],
});

/** Parses and binds the entry file and all it imports. */
export function createFront(entryPath: string, read: ReadSource): Front | Problem {
  const parsed = new Map<string, TypeScript.SourceFile | undefined>();
  const own = ownFolder(entryPath);
  const library = own + LIB_FILE;
  const getText = (path: string): string | undefined => {
    if (path === library) return LIB_TEXT;
    return path.startsWith(own) ? SURFACE[path.slice(own.length)] : read(path);
  };
  const getSourceFile = (path: string) => {
    if (isSurfaceFile(path)) return ownFile(path, getText(path));
    if (!parsed.has(path)) {
      const text = getText(path);
      parsed.set(path, text === undefined ? undefined : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
    }
    return parsed.get(path);
  };
  const host: TypeScript.CompilerHost = {
    getSourceFile,
    getDefaultLibFileName: () => library,
    getCurrentDirectory: () => '',
    getCanonicalFileName: (name) => name,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile: () => {},
    fileExists: (path) => getText(path) !== undefined,
    readFile: getText,
    resolveModuleNameLiterals: (literals, from) =>
      literals.map(({ text }) => {
        const path = resolveModule(text, from, own, getText);
        return {
          resolvedModule: path === undefined ? undefined : { resolvedFileName: path, extension: extensionOf(path) },
        };
      }),
  };
  const program = ts.createProgram({ rootNames: [library, entryPath], options: OPTIONS(), host });
  const entry = program.getSourceFile(entryPath);
  if (!entry) {
    const message = `${entryPath} cannot be read`;
    return { code: 'S027', severity: 'error', file: entryPath, line: 1, column: 1, message };
  }
  const files = program.getSourceFiles().filter((file) => !isSurfaceFile(file.fileName));
  return { program, checker: program.getTypeChecker(), entry, files };
}

/** Our own declarations, parsed once for all compilations with the same TypeScript. */
function ownFile(path: string, text: string | undefined): TypeScript.SourceFile | undefined {
  if (text === undefined) return undefined;
  if (ownFiles?.typescript !== ts) ownFiles = { typescript: ts, parsed: new Map() };
  let file = ownFiles.parsed.get(path);
  if (!file) {
    file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
    ownFiles.parsed.set(path, file);
  }
  return file;
}

let ownFiles: { typescript: typeof TypeScript; parsed: Map<string, TypeScript.SourceFile> } | undefined;

/** Whether a file is part of the language surface (or of the library under it). */
export function isSurfaceFile(path: string): boolean {
  return path.startsWith(OWN_FOLDER) || path.startsWith(`/${OWN_FOLDER}`);
}

/** TypeScript's own complaints about the user's files, in our shape. */
export function typescriptProblems(front: Front): Problem[] {
  return front.files
    .flatMap((file) => [...front.program.getSyntacticDiagnostics(file), ...front.program.getSemanticDiagnostics(file)])
    .map((diagnostic) => {
      const { file, start = 0, code, category, messageText } = diagnostic;
      const place = file ? ts.getLineAndCharacterOfPosition(file, start) : { line: 0, character: 0 };
      return {
        code: `TS${code}`,
        severity: category === ts.DiagnosticCategory.Error ? 'error' : 'warning',
        file: file?.fileName ?? front.entry.fileName,
        line: place.line + 1,
        column: place.character + 1,
        message: typeof messageText === 'string' ? messageText : messageText.messageText,
      };
    });
}

function resolveModule(name: string, from: string, own: string, text: ReadSource): string | undefined {
  if (name === SURFACE_MODULE) return `${own}index.d.ts`;
  if (!name.startsWith('.')) return undefined;
  const path = join(from.slice(0, from.lastIndexOf('/') + 1), name);
  const candidates = isSurfaceFile(from)
    ? [path.replace(/\.ts$/, '.d.ts')]
    : [path, `${path}.ts`, path.replace(/\.js$/, '.ts'), `${path}/index.ts`];
  return candidates.find((candidate) => /\.ts$/.test(candidate) && text(candidate) !== undefined);
}

function join(folder: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${relative}`.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  return parts.join('/');
}

function extensionOf(path: string): TypeScript.Extension {
  return path.endsWith('.d.ts') ? ts.Extension.Dts : ts.Extension.Ts;
}
