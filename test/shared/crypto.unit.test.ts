/** Each kind of sealed text has its own key, so a cursor cannot stand in for a stored secret, nor a secret for a cursor. */
import { z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { openCursor, sealCursor } from '@/http/envelope';
import { decrypt, encrypt } from '@/shared/crypto';
import { makeKeyring } from '@/shared/keys';

const keys = makeKeyring({ signing: ['a root secret for tests'], encryption: ['another root secret for tests'] });
const Position = z.tuple([z.string()]);

it('a cursor opens for its list alone', async () => {
  const cursor = await sealCursor(keys, 'followers u', ['x']);
  expect(await openCursor(keys, 'followers u', Position, cursor)).toEqual(['x']);
  await expect(openCursor(keys, 'following u', Position, cursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});

it('a cursor cannot be opened as a stored secret, nor a stored secret as a cursor, whatever they are bound to', async () => {
  const [cursor, stored] = [await sealCursor(keys, 'row', ['x']), await encrypt(keys, 'row', '["x"]')];
  for (const boundTo of ['row', 'cursor row']) await expect(decrypt(keys, boundTo, cursor)).rejects.toThrow();
  await expect(openCursor(keys, 'row', Position, stored)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
});
