/** Imports run one way: index → app, queues, room → domains → ledger, providers, db, http → shared. */
import { describe, expect, it } from 'vitest';
import { type Import, readSources, type Source } from '#test/support/sources';

const sources = readSources();

/** From the entry down to the helpers. `config` and `context` are what everything stands on and take types alone. */
const LAYERS = [
  ['index'],
  ['app', 'queues', 'room'],
  ['domains'],
  ['ledger', 'providers', 'db', 'http', 'config', 'context'],
  ['shared'],
];

/** Types and closed sets alone, so anyone may name them. */
const OPEN_TO_ALL = ['room/api', 'queues/messages'];

/** Tables, shapes and refusals: leaves that anyone may name. Who may write a table is another test's. */
const DECLARATIONS = /\/(tables|schemas|errors)$/;

const areaOf = (name: string) => name.split('/')[0] ?? '';
const layerOf = (name: string) => LAYERS.findIndex((areas) => areas.includes(areaOf(name)));
const domainOf = (name: string) => /^domains\/([^/]+)\//.exec(name)?.[1];

function edges(keep: (source: Source, to: Import) => boolean): string[] {
  return sources.flatMap((source) =>
    source.imports.filter((to) => keep(source, to)).map((to) => `${source.name} → ${to.name}`),
  );
}

describe('imports', () => {
  it('know every area of src', () => {
    expect(sources.filter(({ name }) => layerOf(name) < 0).map(({ name }) => name)).toEqual([]);
  });

  it('are read from the sources', () => {
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
    const guard = sources.find(({ name }) => name === 'domains/people/auth/guard');
    expect(guard?.imports).toContainEqual({ name: 'domains/base/permissions/permissions', typeOnly: false });
    expect(guard?.imports).toContainEqual({ name: 'context', typeOnly: true });
  });

  it('run down the layers, never up', () => {
    const upward = edges(({ name }, to) => {
      if (OPEN_TO_ALL.includes(to.name)) return false;
      // All tables in one place; each is declared by the domain that owns it.
      if (name === 'db/tables') return !/^(domains\/[^/]+|ledger)\/tables$/.test(to.name) && areaOf(to.name) !== 'db';
      // The environment's type names the room's class, and nothing of it is loaded.
      if (name === 'config' && to.typeOnly) return to.name !== 'room/stream-room' && layerOf(to.name) < layerOf(name);
      return layerOf(to.name) < layerOf(name);
    });
    expect(upward).toEqual([]);
  });

  it('leave the app, the queues and the room apart from each other', () => {
    const across = edges(
      ({ name }, to) =>
        layerOf(name) === 1 &&
        layerOf(to.name) === 1 &&
        areaOf(name) !== areaOf(to.name) &&
        !OPEN_TO_ALL.includes(to.name),
    );
    expect(across).toEqual([]);
  });

  it('of the context are types alone below the queues, the room and the app', () => {
    expect(
      edges(({ name }, to) => to.name === 'context' && !to.typeOnly && layerOf(name) > 1 && name !== 'http/middleware'),
    ).toEqual([]);
  });

  it('make no circle between files', () => {
    const graph = new Map(
      sources.map(({ name, imports }) => [name, imports.filter((to) => !to.typeOnly).map((to) => to.name)]),
    );
    expect(findCircle(graph)).toEqual([]);
  });

  it('make no circle between domains, declarations apart', () => {
    const graph = new Map<string, string[]>();
    for (const { name, imports } of sources) {
      const from = domainOf(name);
      if (!from || DECLARATIONS.test(name)) continue;
      const to = imports
        .filter((one) => !one.typeOnly && !DECLARATIONS.test(one.name))
        .flatMap((one) => domainOf(one.name) ?? []);
      graph.set(from, [...(graph.get(from) ?? []), ...to.filter((domain) => domain !== from)]);
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
