import { describe, expect, it } from 'vitest';
import { inventUsername, usernameFault } from '@/domains/base/users/usernames';

describe('a username', () => {
  it.each(['ada', 'Ada_1815', 'x'.repeat(30), '___'])('%s may be taken', (name) => {
    expect(usernameFault(name)).toBeUndefined();
  });

  it.each(['ad', 'x'.repeat(31), 'ada-1815', 'ada lovelace', 'ädä', '', 'a.b.c', 'аdmin'])('%s is refused', (name) => {
    expect(usernameFault(name)).toMatch(/3 to 30/);
  });

  it.each(['admin', 'Support', 'LIVE', 'footlight'])('%s is reserved', (name) => {
    expect(usernameFault(name)).toBe('is reserved');
  });

  it.each(['Ada Lovelace', undefined, '🎭', 'x'.repeat(200), 'Émile'])('is made of "%s"', (from) => {
    const names = new Set(Array.from({ length: 50 }, () => inventUsername(from)));
    expect(names.size).toBe(50);
    for (const name of names) expect(usernameFault(name)).toBeUndefined();
  });
});
