/** What a client sends that has no token, and what one sends that thinks it has: the first is a guest, the second is told. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { asUser } from '#test/support/users';
import { signGuestToken } from '@/domains/live/rooms/pass';
import { newId } from '@/shared/ids';

const OPTIONAL = 'viewer/live';
const by = (authorization: string, headers: Record<string, string> = {}) => client({ authorization, ...headers });

describe('a request without a token', () => {
  it.each([
    ...['Bearer null', 'Bearer undefined', 'bearer NULL', 'BEARER Undefined', 'Bearer', 'Bearer ', 'Bearer  null '],
    ...['Bearer NaN', 'Bearer None', 'Bearer false', 'Bearer (null)', 'Bearer "null"', "Bearer ''"],
    ...['Bearer [object Object]', 'null', 'undefined', ''],
  ])('includes one with the header %o: public reads work, and private ones ask to sign in', async (authorization) => {
    expect((await by(authorization).get(OPTIONAL)).status).toBe(200);
    expect(await by(authorization).get('auth/me')).toMatchObject({ status: 401, error: { code: 'UNAUTHENTICATED' } });
  });

  it('leaves a guest token valid', async () => {
    const guest = by('Bearer null', { 'x-guest-token': await signGuestToken(testContext(), newId()) });
    expect((await guest.get(OPTIONAL)).status).toBe(200);
  });
});

describe('an invalid token', () => {
  it.each([
    ...['Bearer x', 'Bearer nullx', 'Bearer null null', 'Bearer undefined.undefined.undefined', 'Bearer a.b.c'],
    ...[
      'Bearer null, Bearer null',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      'Bearer bearer null',
      `Bearer ${'x'.repeat(9_000)}`,
    ],
  ])('is refused, even where no token is needed: %s', async (authorization) => {
    for (const path of [OPTIONAL, 'auth/me'])
      expect(await by(authorization).get(path)).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
  });

  it('is refused whatever its length', async () => {
    for (const token of ['x'.repeat(9_000), `eyJ${'x'.repeat(9_000)}.x.x`])
      expect((await by(`Bearer ${token}`).get(OPTIONAL)).error.code).toBe('TOKEN_INVALID');
  });

  it('is not made valid by a second token', async () => {
    const { accessToken, sessionToken } = await asUser();
    for (const token of [accessToken, sessionToken])
      for (const value of [`Bearer x, Bearer ${token}`, `Bearer ${token}, Bearer x`, `Bearer ${token} ${token}`])
        expect((await by(value).get(OPTIONAL)).error.code).toBe('TOKEN_INVALID');
  });

  it.each(['Basic dXNlcjpwYXNz', 'Token abc', 'Bearer:abc', 'abc'])(
    'includes one of another authorization scheme: %s',
    async (authorization) => {
      for (const path of [OPTIONAL, 'auth/me'])
        expect(await by(authorization).get(path)).toMatchObject({ status: 401, error: { code: 'UNAUTHENTICATED' } });
    },
  );
});
