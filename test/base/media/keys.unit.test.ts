import { describe, expect, it } from 'vitest';
import { findKeyOf, findKind, newKey, objectNames, variantName } from '@/domains/base/media/keys';
import { FILE_KINDS } from '@/domains/base/media/kinds';

describe('the name of an object', () => {
  it.each(FILE_KINDS)('of %s tells its kind, and its key', (kind) => {
    const key = newKey(kind);
    expect(findKind(key)).toBe(kind);
    for (const name of objectNames(key)) expect(findKeyOf(name)).toBe(key);
  });

  it('is that of a variant for pictures alone', () => {
    expect(objectNames(newKey('identity-document'))).toHaveLength(1);
    expect(objectNames(newKey('post-video'))).toHaveLength(1);
    const key = newKey('avatar');
    expect(objectNames(key)).toEqual([key, variantName(key, 128), variantName(key, 320)]);
  });

  it('that ends like a variant is a key all the same', () => {
    const key = `avatar/0199a0f0-0000-7000-8000-000000000000-${'a'.repeat(39)}-128`;
    expect(findKeyOf(key)).toBe(key);
    expect(findKeyOf(`${key}-320`)).toBe(key);
  });

  it.each(['', 'avatar/x', '../avatar', 'exports/a-128', 'avatar/../thumbnail/x-320'])('%s is not ours', (name) => {
    expect(findKeyOf(name)).toBeUndefined();
  });

  it('of a variant is no key: it is asked for by its width', () => {
    expect(findKind(variantName(newKey('avatar'), 128))).toBeUndefined();
  });
});
