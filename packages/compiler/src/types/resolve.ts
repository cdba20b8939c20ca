import { Refusal, type Span } from '../diagnostics/problem.ts';
import { isSurfaceFile } from '../frontend/host.ts';
import { type TypeScript, ts } from '../frontend/typescript.ts';
import { layOut } from './layout.ts';
import { INTS, type IntType, isIntName, type StoredType, type StructType, type Type } from './type.ts';

/** TypeScript's types → ours. */
export class TypeResolver {
  readonly #structs = new Map<TypeScript.Symbol, StructType | 'busy'>();
  readonly #classes = new Map<StructType, TypeScript.ClassDeclaration>();

  constructor(readonly checker: TypeScript.TypeChecker) {}

  /** The class a struct was made from. */
  classOf(struct: StructType): TypeScript.ClassDeclaration | undefined {
    return this.#classes.get(struct);
  }

  /** All structs met so far, in that order. */
  structs(): StructType[] {
    return [...this.#classes.keys()];
  }

  /** Our type for a TypeScript type, `null` stripped; undefined where there is none (`number`, `string`, …). */
  resolve(type: TypeScript.Type, at: Span): Type | undefined {
    if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined)) return { kind: 'void' };
    if (type.flags & ts.TypeFlags.Null) return { kind: 'null' };
    const bare = this.checker.getNonNullableType(type);
    if (bare.flags & ts.TypeFlags.BooleanLike) return { kind: 'bool' };
    const integer = this.integer(bare);
    if (integer) return integer;
    const context = this.#contextName(bare);
    if (context !== undefined) return { kind: 'context', name: context };
    const to = this.#referenced(bare, at);
    return to && { kind: 'ref', to };
  }

  /** What a field or element of that TypeScript type occupies in memory. */
  stored(type: TypeScript.Type, at: Span): StoredType | undefined {
    const resolved = this.resolve(type, at);
    if (resolved?.kind === 'int') return resolved;
    return resolved?.kind === 'ref' && resolved.to.kind !== 'int' ? resolved.to : undefined;
  }

  /** The integer type whose brand this type carries. */
  integer(type: TypeScript.Type): IntType | undefined {
    for (const part of type.isIntersection() ? type.types : type.isUnion() ? type.types : [type]) {
      if (type.isUnion() && part.isIntersection()) {
        const inner = this.integer(part);
        if (inner) return inner;
      }
      for (const property of part.getProperties()) {
        const declaration = property.valueDeclaration;
        if (!property.escapedName.toString().startsWith('__@width@') || !declaration) continue;
        const brand = this.checker.getNonNullableType(this.checker.getTypeOfSymbol(property));
        if (brand.isStringLiteral() && isIntName(brand.value)) return INTS[brand.value];
      }
    }
    return undefined;
  }

  /** The struct that a class is. */
  struct(symbol: TypeScript.Symbol, at: Span): StructType {
    const known = this.#structs.get(symbol);
    if (known === 'busy') throw new Refusal('S026', at, `struct ${symbol.name} contains itself.`);
    if (known) return known;
    const declaration = symbol.valueDeclaration;
    if (!declaration || !ts.isClassDeclaration(declaration)) {
      throw new Refusal('S026', at, `${symbol.name} is not a struct class.`);
    }
    this.#structs.set(symbol, 'busy');
    const made = this.#layOutClass(symbol.name, declaration);
    this.#structs.set(symbol, made);
    this.#classes.set(made, declaration);
    return made;
  }

  #layOutClass(name: string, declaration: TypeScript.ClassDeclaration): StructType {
    const fields: { name: string; type: StoredType }[] = [];
    let packed = false;
    for (const member of declaration.members) {
      const at = spanOf(member);
      if (!ts.isPropertyDeclaration(member)) {
        throw new Refusal(
          'S001',
          at,
          `Struct ${name} has a member that is no field.`,
          'Write a function that takes it.',
        );
      }
      const field = member.name.getText();
      if (member.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword)) {
        if (field === 'packed') packed = true;
        continue;
      }
      const type = this.stored(this.checker.getTypeAtLocation(member), at);
      if (!type) {
        throw new Refusal(
          'S003',
          at,
          `Field ${name}.${field} has no type of known width.`,
          'Give it one, as `count: u32 = 0`.',
        );
      }
      fields.push({ name: field, type });
    }
    return layOut(name, fields, packed);
  }

  #contextName(type: TypeScript.Type): string | undefined {
    const candidate = type.isUnion() ? type.types[0] : type;
    const brand = candidate?.getProperties().find((p) => p.escapedName.toString().startsWith('__@context@'));
    const value = brand && this.checker.getTypeOfSymbol(brand);
    return value?.isStringLiteral() ? value.value : undefined;
  }

  #referenced(type: TypeScript.Type, at: Span): StoredType | undefined {
    const symbol = type.getSymbol();
    const declaration = symbol?.declarations?.[0];
    if (!symbol || !declaration) return undefined;
    const fromSurface = isSurfaceFile(declaration.getSourceFile().fileName);
    const isReference = ((type as TypeScript.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
    const args = isReference ? this.checker.getTypeArguments(type as TypeScript.TypeReference) : [];
    if (fromSurface && symbol.name === 'Ref' && args[0]) return this.integer(args[0]);
    if (fromSurface && symbol.name === 'FixedArray' && args[0] && args[1]) {
      const element = this.stored(args[0], at);
      if (!element || !args[1].isNumberLiteral()) {
        throw new Refusal('S026', at, 'An array needs an element type of known width and a literal length.');
      }
      return { kind: 'array', element, count: args[1].value };
    }
    return ts.isClassDeclaration(declaration) ? this.struct(symbol, at) : undefined;
  }
}

/** Where a node begins, comments skipped. */
export function spanOf(node: TypeScript.Node): Span {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  return { file: file.fileName, line: line + 1, column: character + 1 };
}
