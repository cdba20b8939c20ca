import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestSource } from '@sluice/control';
import { EXIT, Exit } from '../exit-codes.ts';

/**
 * Reads manifests: files, folders (their .yaml, .yml and .json files, subfolders too, in the order of their names), or
 * standard input for `-`.
 */
export function readManifestFiles(paths: readonly string[]): ManifestSource[] {
  return paths.flatMap((path) => {
    if (path === '-') return [{ file: '(standard input)', text: readFileSync(0, 'utf8') }];
    return manifestPaths(path).map((file) => ({ file, text: readText(file) }));
  });
}

function manifestPaths(path: string): string[] {
  if (!statOf(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    const below = join(path, entry.name);
    if (entry.isDirectory()) return manifestPaths(below);
    return /\.(ya?ml|json)$/.test(entry.name) ? [below] : [];
  });
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A file's bytes; an unreadable one ends the command with the system's own words. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

function unreadable(path: string, error: unknown): Exit {
  const words = (error as NodeJS.ErrnoException).message.replace(/^(\w+): ([^,]+),.*$/, '$2 ($1)');
  return new Exit(EXIT.NO_INPUT, [`${path}: error: ${words}`]);
}
