/**
 * Own your writes, share your reads: only the folder that declares a table inserts, updates or deletes its rows; anyone
 * may read it, and says so in an import: SQL names a foreign table as `${streams}`.
 */
import { describe, expect, it } from 'vitest';
import { readSources } from '#test/support/sources';

const sources = readSources();

interface Table {
  readonly variable: string;
  readonly sqlName: string;
  readonly folder: string;
}

const folderOf = (name: string) => name.slice(0, name.lastIndexOf('/'));

/** A domain's folder, its subfolders included; elsewhere the folder itself. */
const isInside = (name: string, folder: string) => name.startsWith(`${folder}/`);

const DECLARATION = /export const (\w+) = sqliteTable\(\s*'(\w+)'/g;
const tables: Table[] = sources
  .filter(({ name }) => name.startsWith('domains/') || name.startsWith('db/') || name.startsWith('ledger/'))
  .flatMap(({ name, code }) =>
    [...code.matchAll(DECLARATION)].map(([, variable = '', sqlName = '']) => ({
      variable,
      sqlName,
      folder: folderOf(name),
    })),
  );

/** Tables without a Drizzle declaration, and the one place that writes each; and the outbox, which has two halves. */
const WRITERS: Readonly<Record<string, readonly string[]>> = {
  mailbox: ['providers/mail'],
  demands: ['db/commit'],
  outbox: ['db/commit', 'db/outbox', 'queues/outbox'],
};

const BUILDER = /\.(?:insert|update|delete)\(\s*([A-Za-z]\w*)\s*\)/g;
const RAW = /\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+(?:\$\{(\w+)\}|([a-z_]+))/g;

function writesOf(code: string): string[] {
  const built = [...code.matchAll(BUILDER)].flatMap(([, variable]) => {
    const table = tables.find((one) => one.variable === variable);
    return table ? [table.sqlName] : [];
  });
  const raw = [...code.matchAll(RAW)].flatMap(([, variable, sqlName]) => {
    const table = tables.find((one) => one.variable === variable || one.sqlName === sqlName);
    return table ? [table.sqlName] : sqlName && sqlName in WRITERS ? [sqlName] : [];
  });
  return [...built, ...raw];
}

const ALIASED = /[^\s,()]+(?:\s+AS\s+\w+|\s+[a-z]\w*)?/.source;
/** What FROM, JOIN, INTO or UPDATE names: one table or a list of them, each with or without an alias. */
const NAMED = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(${ALIASED}(?:,\\s*${ALIASED})*)`, 'g');

/** The tables that SQL names as text, and not as `${streams}`. */
function tablesInText(code: string): Table[] {
  return [...code.matchAll(NAMED)]
    .flatMap(([, list = '']) => list.split(',').map((one) => /^\s*([a-z_]+)\b/.exec(one)?.[1]))
    .flatMap((sqlName) => tables.find((one) => one.sqlName === sqlName) ?? []);
}

/** The object opens D1 to hand it to a domain's function, and does nothing else with it. */
const ROOM_WRITES_D1 = /(?<!openDatabase\()\benv\.DB\b|\bdb\.(insert|update|delete|run|batch)\(/;

describe('writes', () => {
  it('are found in the sources', () => {
    expect(tables.length).toBeGreaterThan(15);
    const found = new Set(sources.flatMap(({ code }) => writesOf(code)));
    expect([...found]).toEqual(
      expect.arrayContaining(['users', 'auth_sessions', 'streams', 'follows', 'outbox', 'mailbox']),
    );
  });

  it('of a table come from the folder that declares it', () => {
    const foreign = sources.flatMap(({ name, code }) => {
      if (name.startsWith('room/')) return []; // its tables are in the object's own storage
      return writesOf(code)
        .filter((sqlName) => {
          const writers = WRITERS[sqlName];
          if (writers) return !writers.includes(name);
          const owner = tables.find((one) => one.sqlName === sqlName);
          return owner && !isInside(name, owner.folder);
        })
        .map((sqlName) => `${name} writes ${sqlName}`);
    });
    expect(foreign).toEqual([]);
  });

  it('of a room to D1 go through a domain', () => {
    const direct = sources
      .filter(({ name, code }) => name.startsWith('room/') && ROOM_WRITES_D1.test(code))
      .map(({ name }) => name);
    expect(direct).toEqual([]);
  });
});

describe('reads', () => {
  it('are found in SQL', () => {
    const sql = 'SELECT 1 FROM users AS u, follows JOIN blocks ON x LEFT JOIN\n staff WHERE ORDER BY a, gifts';
    expect(tablesInText(sql).map(({ sqlName }) => sqlName)).toEqual(['users', 'follows', 'blocks', 'staff']);
  });

  it('name a table of another folder by its import, not as text', () => {
    const hidden = sources
      .filter(({ name }) => !name.startsWith('room/')) // its tables are in the object's own storage
      .flatMap(({ name, code }) =>
        tablesInText(code)
          .filter(({ folder }) => !isInside(name, folder))
          .map(({ sqlName }) => `${name} reads ${sqlName}`),
      );
    expect(hidden).toEqual([]);
  });
});

describe('numbers in SQL', () => {
  it('become integers through `int`', () => {
    const cast = sources.filter(({ name, code }) => name !== 'db/sql' && /CAST\(\s*\$\{/.test(code));
    expect(cast.map(({ name }) => name)).toEqual([]);
  });
});
