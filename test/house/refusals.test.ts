/** Refusals are read by people: each is a whole sentence that says what happened, and blames nobody. */
import { describe, expect, it } from 'vitest';
import { readSources } from '#test/support/sources';
import type { Refusal } from '@/http/errors';

const LISTS = import.meta.glob(['/src/**/*errors.ts'], { eager: true });

const refusals = Object.entries(LISTS).flatMap(([file, list]) =>
  Object.values(list)
    .filter((exported) => typeof exported === 'function')
    .flatMap((errors) => Object.values(errors as unknown as Record<string, unknown>))
    .filter(isRefusal)
    .map((refusal) => [`${refusal.code} in ${file}`, refusal.sentence] as const),
);

/** An exported function that makes no list has no such properties. */
function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'code' in value && 'sentence' in value;
}

/** Accuses the reader, scolds, or orders without a way out. */
const BLAME =
  /\b((?<!went )wrong(ly)?|bad|illegal|forbidden|forged|your (fault|mistake|error)|you (failed|forgot|should|must not|may not|did not|didn't))\b/i;
/** Turns of phrase that only a translation has. */
const STIFF =
  /^(Of|Whom|Whoever|What is|Nobody|Somebody)\b|\b(no more|any more|somebody|oneself|such|so (few|many|much))\b/i;

describe('an error list', () => {
  it('is in a file that is named for it, where these tests find it', () => {
    const elsewhere = readSources().filter(
      ({ name, code }) => /=\s*errorList\(/.test(code) && !name.endsWith('errors'),
    );
    expect(elsewhere.map(({ name }) => name)).toEqual([]);
    expect(refusals.length).toBeGreaterThan(150);
  });
});

describe('the sentence of a refusal', () => {
  it.each(refusals)('begins with a capital letter and ends with a full stop: %s', (_, sentence) => {
    expect(sentence).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it.each(refusals)('blames nobody: %s', (_, sentence) => {
    expect(sentence).not.toMatch(BLAME);
  });

  it.each(refusals)('is everyday English: %s', (_, sentence) => {
    expect(sentence).not.toMatch(STIFF);
  });
});
