import { describe, expect, it } from 'vitest';
import { isCommonPassword } from '@/domains/people/auth/common-passwords';
import { LISTED_PASSWORDS } from '@/domains/people/auth/listed-passwords';
import { passwordFault, passwordShapeFault } from '@/domains/people/auth/password-policy';

describe('a new password', () => {
  it.each([
    ['seven77', /at least 8/],
    ['seven77\u200b', /at least 8/],
    ['correct horse battery'.repeat(7), /at most 128/],
    [' '.repeat(12), /blank/],
    ['\u00a0\u3000\u2003 \u200b\u2060'.repeat(4), /blank/],
    ['aaaaaaaa', /at least 5 different/],
    ['abcdabcd', /at least 5 different/],
    ['AaBbCcDd', /at least 5 different/],
    ['aａaａbbcd', /at least 5 different/],
    ['aaaa\u200b\u200c\u200d\u2060bbbb', /at least 5 different/],
    ['password123', /common/],
    ['PassWord123', /common/],
    [' password123\u00a0', /common/],
    ['ｐａｓｓｗｏｒｄ１２３', /common/],
    ['pass\u200bword123', /common/],
    ['321drowssap', /common/],
    ['987654321', /common/],
    ['P@ssw0rd1', /common/],
    ['Summer2026', /common/],
    ['trustno1', /common/],
    ['nightmare', /common/],
    ['i am Ada_1815 herself', /username/],
    ['i am ａda\u200b_1815 herself', /username/],
  ])('%j is refused', async (password, why) => {
    expect(await passwordFault(password, 'ada_1815')).toMatch(why);
  });

  it.each(['eight888', 'correct horse battery', '𝒳yzw𝒱'.repeat(25), 'ada and 1815', '密碼很長也很安全的'])(
    '%j may be set',
    async (password) => {
      expect(await passwordFault(password, 'ada_1815')).toBeUndefined();
    },
  );

  it('may contain a username of three or four letters, but no longer one', async () => {
    for (const username of ['ann', 'anna']) expect(await passwordFault('savannah dreams', username)).toBeUndefined();
    expect(await passwordFault('savannah dreams', 'savan')).toMatch(/username/);
  });

  it('is compared with a list of ten thousand, each of which would otherwise be allowed', async () => {
    expect(LISTED_PASSWORDS.size).toBe(10_000);
    const listed = [...LISTED_PASSWORDS];
    expect(listed.filter((password) => passwordShapeFault(password))).toEqual([]);
    for (const password of [listed.at(0), listed.at(5_000), listed.at(-1)])
      expect(await isCommonPassword(String(password))).toBe(true);
  });
});
