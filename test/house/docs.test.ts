/** The documents are true as far as text can tell: their links lead somewhere, and what they name is in the code. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listProjectFiles, readProjectFile, readSources } from '#test/support/sources';

const ROOT = resolve(import.meta.dirname, '../..');
const README_LINES_MAX = 150;
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...['docs', 'docs/decisions', 'docs/guides'].flatMap((folder) =>
    listProjectFiles(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

/** As GitHub makes them: `## The journey of a gift` → `the-journey-of-a-gift`. */
const anchorsOf = (page: string) =>
  [...readProjectFile(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

function isBroken(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

describe.each(pages)('%s', (page) => {
  const text = readProjectFile(page);

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const own = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(own.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json'));
    const named = [...text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

it('the journeys in docs/architecture.md name functions that are there', () => {
  const code = readSources()
    .map((source) => source.code)
    .join('\n');
  const named = [...readProjectFile('docs/architecture.md').matchAll(/\b([a-z]\w+)\(/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !new RegExp(`\\b${name}\\(`).test(code))).toEqual([]);
});

it(`README.md stays below ${README_LINES_MAX} lines`, () => {
  expect(readProjectFile('README.md').split('\n').length).toBeLessThan(README_LINES_MAX);
});
