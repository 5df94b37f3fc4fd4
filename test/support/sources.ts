/** Reads `src` as text, for the tests that hold up the walls between its folders. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

export interface Source {
  /** Below src, without `.ts`: `domains/people/auth/guard`. */
  readonly name: string;
  readonly text: string;
  /** Without comments, for rules about what the code does. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As `Source.name`. */
  readonly name: string;
  /** Gone once it is compiled. */
  readonly typeOnly: boolean;
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function listProjectFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder));
}

export function readSources(): Source[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8');
      const code = withoutComments(text);
      return { name: path.replace(/\.ts$/, ''), text, code, imports: readImports(path, code) };
    });
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([^'";]*?)\sfrom\s+'([^']+)'/gm;
const DYNAMIC = /\bimport\('([^']+)'\)(\s*\.\s*[A-Z])?/g;

function readImports(path: string, code: string): Import[] {
  const statements = [...code.matchAll(STATEMENT)].map(([, type, names = '', from = '']) => ({
    from,
    typeOnly: Boolean(type) || isAllTypes(names),
  }));
  const dynamic = [...code.matchAll(DYNAMIC)].map(([, from = '', member]) => ({ from, typeOnly: Boolean(member) }));
  return [...statements, ...dynamic].flatMap(({ from, typeOnly }) => {
    const name = resolveName(path, from);
    return name ? [{ name, typeOnly }] : [];
  });
}

/** `{ type A, type B }` */
function isAllTypes(names: string): boolean {
  const inner = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (inner === undefined) return false;
  return inner
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .every((name) => name.startsWith('type '));
}

/** Nothing for a package. */
function resolveName(path: string, from: string): string | undefined {
  if (from.startsWith('@/')) return from.slice(2);
  if (from.startsWith('.')) return relative(SRC, resolve(SRC, dirname(path), from));
  return undefined;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
