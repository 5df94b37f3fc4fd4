import { describe, expect, it } from 'vitest';
import { foldAccountNumber, isIban } from '@/domains/people/creators/iban';

describe('an IBAN', () => {
  it.each(['DE89370400440532013000', 'GB82WEST12345698765432', 'FR1420041010050500013M02606', 'NO9386011117947'])(
    'is %s',
    (iban) => {
      expect(isIban(iban)).toBe(true);
    },
  );

  it.each([
    ['a wrong digit', 'DE89370400440532013001'],
    ['two digits swapped', 'DE98370400440532013000'],
    ['too short', 'DE8937040044'],
    ['no country', '8989370400440532013000'],
    ['empty', ''],
    ['other characters', 'DE89-3704-0044-0532-0130-00'],
  ])('is invalid with %s', (_, iban) => {
    expect(isIban(iban)).toBe(false);
  });

  it('is the same with spaces and in small letters', () => {
    expect(foldAccountNumber(' de89 3704 0044 0532 0130 00 ')).toBe('DE89370400440532013000');
  });
});
