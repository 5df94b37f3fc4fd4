import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { describeFault } from '@/shared/log';

describe('a logged fault', () => {
  it('names the query and its cause but nothing that was bound to it', async () => {
    const ctx = testContext();
    const { users } = await import('@/domains/users/tables');
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

  it('ends where a chain of causes is a circle', () => {
    const error = new Error('first');
    error.cause = error;
    expect(describeFault(error).split('caused by')).toHaveLength(5);
  });
});
