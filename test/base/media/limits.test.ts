/** Files are counted by the address of who asks, before anything is looked up for them. */
import { describe, expect, it } from 'vitest';
import { randomAddress } from '#test/support/api';
import { usedUp } from '#test/support/used-up';

describe('of an address that asked too often', () => {
  it.each([
    ['GET', {}],
    ['HEAD', {}],
    ['GET', { range: 'bytes=0-99' }],
    ['GET', { 'if-none-match': '"x"' }],
    ['GET', { authorization: 'Bearer of.nobody.here' }],
  ])('%s %o is refused before anything is read', async (method, headers) => {
    const [{ taken, ask }, address] = [usedUp(), randomAddress()];
    const response = await ask('/media/avatars/x/y.webp', {
      method,
      headers: { ...headers, 'cf-connecting-ip': address },
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(taken).toEqual([`media ip:${address}`]);
  });

  it.each(['/media/uploads/x?token=y', '/media/uploads/x/parts/1?token=y'])('PUT %s is as well', async (path) => {
    const [{ taken, ask }, address] = [usedUp(), randomAddress()];
    const response = await ask(path, { method: 'PUT', body: 'bytes', headers: { 'cf-connecting-ip': address } });
    expect(response.status).toBe(429);
    expect(taken).toEqual([`write ip:${address}`]);
  });
});
