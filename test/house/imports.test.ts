/** Imports run one way, types included. Every file has a floor, and names nothing on a floor above its own. */
import { describe, expect, it } from 'vitest';
import { type Import, readSources, type Source } from '#test/support/sources';

const sources = readSources();

/** From the entry down to the helpers. The six shelves of domains stand above all tables: anyone may read any table. */
const FLOORS = [
  ['index'],
  ['context', 'app', 'queues', 'room'],
  ['domains/operations'],
  ['domains/content'],
  ['domains/money'],
  ['domains/people'],
  ['domains/live'],
  ['domains/base'],
  ['tables'],
  ['ledger', 'providers', 'db', 'http', 'config'],
  ['texts'],
  ['contracts'],
  ['shared'],
  ['..'], // package.json, for its version
];

function areaOf(name: string): string {
  if (/^domains\/.*\/tables$/.test(name)) return 'tables';
  const [first = '', second = ''] = name.split('/');
  return first === 'domains' ? `${first}/${second}` : first;
}
const floorOf = (name: string) => FLOORS.findIndex((areas) => areas.includes(areaOf(name)));
const domainOf = (name: string) => /^domains\/[^/]+\/[^/]+(?=\/)/.exec(name)?.[0];

function edges(keep: (source: Source, to: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports.filter((to) => keep(source, to)).map((to) => `${source.name} → ${to.name}`),
  );
}

describe('imports', () => {
  it('know every area of src', () => {
    expect(sources.filter(({ name }) => floorOf(name) < 0).map(({ name }) => name)).toEqual([]);
  });

  it('are read from the sources', () => {
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
    const guard = sources.find(({ name }) => name === 'domains/people/auth/guard');
    expect(guard?.imports).toContainEqual({ name: 'domains/base/permissions/permissions', typeOnly: false });
    expect(guard?.imports).toContainEqual({ name: 'contracts/context', typeOnly: true });
  });

  it('run down the floors, never up', () => {
    expect(edges(({ name }, to) => floorOf(to.name) < floorOf(name))).toEqual([]);
  });

  it('leave the app, the queues and the room apart from each other', () => {
    expect(
      edges(({ name }, to) => floorOf(name) === 1 && floorOf(to.name) === 1 && areaOf(name) !== areaOf(to.name)),
    ).toEqual([]);
  });

  it('make no circle between files', () => {
    const graph = new Map(sources.map(({ name, imports }) => [name, imports.map((to) => to.name)]));
    expect(findCircle(graph)).toEqual([]);
  });

  it('make no circle between domains', () => {
    const graph = new Map<string, string[]>();
    for (const { name, imports } of sources) {
      const from = domainOf(name);
      if (!from || areaOf(name) === 'tables') continue;
      const to = imports
        .filter((one) => areaOf(one.name) !== 'tables')
        .flatMap((one) => domainOf(one.name) ?? [])
        .filter((domain) => domain !== from);
      graph.set(from, [...(graph.get(from) ?? []), ...to]);
    }
    expect(findCircle(graph)).toEqual([]);
  });
});

/** The nodes of one circle, in order; nothing if there is none. */
function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle.length > 0) return circle;
    }
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
