/** Rules about the text of the project: where env is read, how migrations are named, what the docs name. */
import { describe, expect, it } from 'vitest';
import { listProjectFiles, readProjectFile, readSources } from '#test/support/sources';
import { readConfig } from '@/config';
import { variableNames } from '@/config/variables';
import { PERIOD_SECONDS, QUOTA } from '@/http/rate-limit';

const sources = readSources();

describe('the environment', () => {
  it('is read by config.ts alone', () => {
    const READERS = ['config', 'context', 'index', 'room/stream-room'];
    const variables = new RegExp(`\\benv\\??\\.(${variableNames.join('|')})\\b`);
    const readers = sources
      .filter(({ name, code }) => name !== 'config' && variables.test(code))
      .map(({ name }) => name);
    expect(readers).toEqual([]);
    const bound = sources
      .filter(
        ({ name, code }) =>
          !READERS.includes(name) && /\benv\??\.[A-Z_]+\b|process\.env|from 'cloudflare:workers'.*\benv\b/.test(code),
      )
      .map(({ name }) => name);
    expect(bound).toEqual([]);
  });

  it('is in docs/configuration.md, every variable of it and no other', () => {
    const listed = variableTable()
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name));
    expect(listed.toSorted()).toEqual(variableNames.toSorted());
  });

  it('is in .dev.vars.example, every variable of it and no other', () => {
    const lines = readProjectFile('.dev.vars.example').matchAll(/^(?:# )?([A-Z0-9_]+)=/gm);
    const named = [...lines].map(([, name]) => name);
    expect(named.toSorted()).toEqual([...variableNames, 'DEMO_PASSWORD', 'DEMO_TOTP_SECRET'].toSorted());
  });
});

function variableTable(): string {
  return /## Variables([\s\S]*?)\n## /.exec(readProjectFile('docs/configuration.md'))?.[1] ?? '';
}

/** Rows of the table of variables: names, defaults. */
function variableRows(): [name: string, fallback: string][] {
  return [...variableTable().matchAll(/^\| `([A-Z0-9_]+)` \| `([^`]*)` \|/gm)].map(([, name = '', fallback = '']) => [
    name,
    fallback,
  ]);
}

describe('the daily limits', () => {
  it('have the defaults that docs/configuration.md names', () => {
    const rows = variableRows().filter(([name]) => name.startsWith('DAILY_'));
    expect(rows).toHaveLength(5);
    const secrets = {
      ENVIRONMENT: 'development',
      JWT_SECRET: 'abcdefgh'.repeat(4),
      ENCRYPTION_KEY: 'stuvwxyz'.repeat(4),
    };
    expect(readConfig({ ...secrets, ...Object.fromEntries(rows) }).dailyLimits).toEqual(
      readConfig(secrets).dailyLimits,
    );
    expect(readConfig(secrets).dailyLimits).toEqual({
      pictures: { aDay: 300, onFirstDay: 60 },
      bytes: { aDay: 10 * 1_024 ** 3, onFirstDay: 1_024 ** 3 },
      checkouts: { aDay: 20, onFirstDay: 5 },
      mails: { aDay: 20, onFirstDay: 5 },
      support: { aDay: 50, onFirstDay: 20 },
    });
  });
});

describe('the rate limits', () => {
  it('in the headers are those that wrangler.toml grants', () => {
    const sections = readProjectFile('wrangler.toml').split('[[ratelimits]]').slice(1);
    const granted = sections.map((section) => {
      const [, name = '', quota, period] =
        /name = "LIMIT_(\w+)"[\s\S]*?limit = (\d+), period = (\d+)/.exec(section) ?? [];
      expect(Number(period)).toBe(PERIOD_SECONDS);
      return [name.replaceAll('_', ''), Number(quota)];
    });
    expect(granted.toSorted()).toEqual(
      Object.entries(QUOTA)
        .map(([limit, quota]) => [limit.toUpperCase(), quota])
        .toSorted(),
    );
  });
});

describe('migrations', () => {
  const names = listProjectFiles('migrations');

  it('are numbered without gap and named by intent', () => {
    const misnamed = names.filter((name) => !/^\d{4}_[a-z0-9]+(_[a-z0-9]+)*\.sql$/.test(name));
    expect(misnamed).toEqual([]);
    const numbers = names.toSorted().map((name) => Number(name.slice(0, 4)));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  it('make every table STRICT', () => {
    const loose = names.flatMap((name) => {
      const statements = readProjectFile(`migrations/${name}`).replaceAll(/--.*$/gm, '').split(';');
      return statements
        .filter((text) => /\bCREATE TABLE\b/.test(text) && !/\)\s*STRICT\b/.test(text))
        .map((text) => `${name}: ${text.trim().slice(0, 60)}`);
    });
    expect(loose).toEqual([]);
  });
});

describe('sources', () => {
  it('skip rows for a page where its bound is kept, and nowhere else', () => {
    const skipping = sources.filter(({ code }) => /\bpage - 1\b/.test(code)).map(({ name }) => name);
    expect(skipping).toEqual(['http/envelope']);
  });

  it('have no console but the logger, and one last word where there is no context yet', () => {
    const talkers = sources
      .filter(({ name, code }) => /\bconsole\b/.test(code) && !['shared/log', 'app'].includes(name))
      .map(({ name }) => name);
    expect(talkers).toEqual([]);
  });

  it('take the time from the context instead of reading the clock', () => {
    const clocks = sources
      .filter(
        ({ name, code }) =>
          /\bDate\.now\(\)|new Date\(\)/.test(code) && !['context', 'room/stream-room', 'shared/ids'].includes(name),
      )
      .map(({ name }) => name);
    expect(clocks).toEqual([]);
  });

  it('take no secret from Math.random', () => {
    expect(sources.filter(({ code }) => /\bMath\.random\b/.test(code)).map(({ name }) => name)).toEqual([]);
  });
});
