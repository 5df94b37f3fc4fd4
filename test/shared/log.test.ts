import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { describeFault } from '@/shared/log';

describe('a logged fault', () => {
  it('names the query and its cause but nothing that was bound to it', async () => {
    const ctx = testContext();
    const { users } = await import('@/domains/base/users/tables');
    const email = 'someone\n@private.test';
    const row = { id: 'x', email, emailKey: email, username: 'UPPER', displayName: 'X', createdAt: 1, updatedAt: 1 };
    const error: unknown = await ctx.db
      .insert(users)
      .values(row)
      .then(
        () => undefined,
        (refused: unknown) => refused,
      );
    const text = describeFault(error);
    expect(text).toContain('insert into "users"');
    expect(text).toContain('SQLITE_CONSTRAINT');
    expect(text).not.toContain('private.test');
  });

  it('stops after five errors if the chain of causes is circular', () => {
    const error = new Error('first');
    error.cause = error;
    expect(describeFault(error).split('caused by')).toHaveLength(5);
  });

  it.each([
    ['Invalid email address: ada@private.test', 'Invalid email address: …@…'],
    ['to <ada.o+x@mail.private.test>, 2', 'to <…@…>, 2'],
    ['GET https://x.live/media/a?token=ey.a-b_c&w=1 failed', 'GET https://x.live/media/a?… failed'],
    ['wss://x.live/room?pass=secret', 'wss://x.live/room?…'],
    ['update "users" set "bio" = ? where "id" = ?', 'update "users" set "bio" = ? where "id" = ?'],
  ])('has no address and no query string: %s', (message, shown) => {
    const error = new Error(message);
    error.stack = `Error: ${message}\n    at run (/app/node_modules/@hono/zod/index.js:1:2)`;
    expect(describeFault(error)).toBe(`Error: ${shown}\n    at run (/app/node_modules/@hono/zod/index.js:1:2)`);
  });

  it.each(['secret', 'secret, and much more of what is secret', '{"a": secret, of which more follows}'])(
    'shows nothing of a text that is not JSON: %s',
    (text) => {
      const thrown = Promise.resolve(text).then(JSON.parse);
      return thrown.catch((error: unknown) => {
        expect(describeFault(error)).toContain('is not valid JSON');
        expect(describeFault(error)).not.toContain('secret');
      });
    },
  );
});
