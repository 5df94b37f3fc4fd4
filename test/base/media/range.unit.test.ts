import { describe, expect, it } from 'vitest';
import { parseRange } from '@/domains/base/media/range';

describe('a Range header over ten bytes', () => {
  it.each([
    ['bytes=0-3', { offset: 0, length: 4 }],
    ['bytes=4-', { offset: 4, length: 6 }],
    ['bytes=8-99', { offset: 8, length: 2 }],
    ['bytes=-3', { offset: 7, length: 3 }],
    ['bytes=-99', { offset: 0, length: 10 }],
    ['BYTES=9-9', { offset: 9, length: 1 }],
    ['bytes=0-99999999999999999999', { offset: 0, length: 10 }],
    ['bytes=-99999999999999999999', { offset: 0, length: 10 }],
  ])('%s is a part', (header, range) => {
    expect(parseRange(header, 10)).toEqual(range);
  });

  it.each([
    'bytes=10-',
    'bytes=10-12',
    'bytes=-0',
    'bytes=0-1,4-5',
    'bytes=0-0,-1',
    'bytes=9007199254740993-',
    `bytes=${'9'.repeat(400)}-`,
    'bytes=5-2',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=abc',
    'bytes 0-1',
    'abc',
  ])('%s is refused', (header) => {
    expect(parseRange(header, 10)).toBe('unsatisfiable');
  });

  it.each([undefined, '', 'items=0-1'])('%s is ignored', (header) => {
    expect(parseRange(header, 10)).toBeUndefined();
  });

  it('is refused of an empty file', () => {
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
    expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
  });
});
