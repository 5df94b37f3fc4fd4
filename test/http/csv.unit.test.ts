/** A file that is made while it is read. */
import { describe, expect, it } from 'vitest';
import { csvResponse } from '@/http/csv';

/** Pages of one row each, and what became of them. */
function countedPages(count: number) {
  const seen = { asked: 0, isReturned: false };
  async function* pages() {
    try {
      for (let page = 0; page < count; page++) {
        seen.asked++;
        yield [[page, 'text']];
      }
    } finally {
      seen.isReturned = true;
    }
  }
  return { seen, pages: pages() };
}

describe('a CSV file', () => {
  it('has its header and all of its pages', async () => {
    const response = csvResponse('a.csv', ['id', 'text'], countedPages(3).pages);
    expect(await response.text()).toBe('id,text\r\n0,text\r\n1,text\r\n2,text\r\n');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="a.csv"');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
  });

  it('asks for no page before the client has read what it was given', async () => {
    const { seen, pages } = countedPages(1_000);
    const reader = csvResponse('a.csv', ['id', 'text'], pages).body?.getReader();
    expect(seen.asked).toBe(0);
    for (let read = 0; read < 4; read++) await reader?.read();
    expect(seen.asked).toBeLessThanOrEqual(4);
    await reader?.cancel();
  });

  it('stops where the client goes away', async () => {
    const { seen, pages } = countedPages(1_000);
    const reader = csvResponse('a.csv', ['id', 'text'], pages).body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    expect(seen.isReturned).toBe(true);
  });

  it('fails if a page cannot be read, so that a broken file does not look complete', async () => {
    async function* pages() {
      yield [['1', 'text']];
      throw new Error('D1 is away');
    }
    await expect(csvResponse('a.csv', ['id', 'text'], pages()).text()).rejects.toThrow('D1 is away');
  });
});
