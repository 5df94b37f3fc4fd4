import { expect, test } from 'vitest';
import { testContext } from '#test/support/context';
import { regionsOf } from '@/http/regions';
import { isRegion } from '@/shared/countries';

const { config } = testContext();
const production = { ...config, environment: 'production' as const };
const request = (cf?: Record<string, unknown>, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { headers, ...(cf ? { cf } : {}) });

test.each([
  [{ country: 'US', regionCode: 'CA' }, ['US', 'US-CA']],
  [{ country: 'DE', regionCode: 'BY' }, ['DE', 'DE-BY']],
  [{ country: 'MC' }, ['MC']],
  [{ country: 'US', regionCode: 'a region' }, ['US']],
  [{ country: 'T1' }, ['ZZ']],
  [{ country: 'XX' }, ['ZZ']],
  [{ country: 'ZZ' }, ['ZZ']],
  [{}, ['ZZ']],
  [undefined, ['ZZ']],
])('from what the platform says, %j, the country and its region are taken, or that nobody knows it', (cf, regions) => {
  expect(regionsOf(production, request(cf))).toEqual(regions);
});

test('what a client says of itself counts in development alone', () => {
  const headers = { 'x-dev-country': 'US-CA' };
  expect(regionsOf(production, request({ country: 'DE' }, headers))).toEqual(['DE']);
  expect(regionsOf(config, request({ country: 'DE' }, headers))).toEqual(['US', 'US-CA']);
  expect(regionsOf(config, request({ country: 'DE' }))).toEqual(['DE']);
  expect(regionsOf(config, request({ country: 'DE' }, { 'x-dev-country': 'XX' }))).toEqual(['ZZ']);
});

test('a region is a country, or a country and what it may call a part', () => {
  for (const code of ['DE', 'US-CA', 'FR-75', 'GB-ENG']) expect(isRegion(code)).toBe(true);
  for (const code of ['', 'de', 'XX', 'ZZ', 'XX-CA', 'US-', 'US-ca', 'US-CALI', 'USA', 'US_CA', ' US', 'US\n'])
    expect(isRegion(code)).toBe(false);
});
