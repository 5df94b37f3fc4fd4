import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { SessionSearchQuery } from '@/domains/content/search/schemas';
import { searchSessions } from '@/domains/content/search/search-sessions';
import { block } from '@/domains/people/social/block';

const guest = client();
const aWord = () => `w${crypto.randomUUID().slice(0, 8)}`;
const idsOf = ({ data }: { data: { items: { id: string }[] } }) => data.items.map(({ id }) => id);

describe('a search for sessions', () => {
  it('finds words with filters by status, creator and category, live ones first', async () => {
    const [word, creator, other] = [aWord(), await asCreator(), await asCreator()];
    const live = await aStream(creator, { title: `${word} now`, category: 'music' });
    const ended = await aStream(creator, { title: word, category: 'music', status: 'ended' });
    const planned = await aStream(other, { description: word, category: 'talk', status: 'scheduled' });
    const nameless = await aStream(other, { title: word, status: 'ended' });
    await aStream(other, { title: word, status: 'cancelled' });
    await aStream(creator, { title: 'Something else', status: 'ended' });
    const find = async (query: string) => idsOf(await guest.get(`search/sessions?q=${word}${query}`));
    expect(await find('')).toEqual([live, nameless, planned, ended]);
    expect(await find('&sort=newest')).toEqual([nameless, planned, ended, live]);
    expect(await find('&status=ended')).toEqual([nameless, ended]);
    expect(await find(`&creatorId=${creator.userId}`)).toEqual([live, ended]);
    expect(await find('&category=music')).toEqual([live, ended]);
    expect(await find('&category=music&status=ended')).toEqual([ended]);
    expect(await find('&perPage=2&page=2')).toEqual([planned, ended]);
    expect(await find(`&status=cancelled`)).toHaveLength(1);
    const { data } = await guest.get(`search/sessions?q=${word}&category=music&perPage=1`);
    expect(data.pagination).toEqual({ page: 1, perPage: 1, total: 2, totalPages: 2 });
    expect(data.facets.categories).toEqual([
      { category: 'music', count: 2 },
      { category: null, count: 1 },
      { category: 'talk', count: 1 },
    ]);
  });

  it('works without words, of one creator or of a category', async () => {
    const creator = await asCreator();
    const ended = await aStream(creator, { category: 'nature', status: 'ended' });
    const live = await aStream(creator, { category: 'film' });
    expect(idsOf(await guest.get(`search/sessions?creatorId=${creator.userId}`))).toEqual([live, ended]);
    expect(idsOf(await guest.get('search/sessions?category=nature'))).toContain(ended);
    expect(idsOf(await guest.get('search/sessions'))[0]).toBe(live);
  });

  it('sorts by viewers and by relevance', async () => {
    const [word, creator, other] = [aWord(), await asCreator(), await asCreator()];
    const few = await aStream(creator, {
      title: 'A long title with many words in it',
      description: word,
      viewerCount: 2,
    });
    const many = await aStream(other, { title: word, viewerCount: 9 });
    const past = await aStream(other, { title: `${word} ${word}`, category: 'dj', status: 'ended', peakViewers: 50 });
    const find = async (query: string) => idsOf(await guest.get(`search/sessions?q=${word}&sort=${query}`));
    expect(await find('viewers')).toEqual([many, few]);
    expect(await find('viewers&status=ended')).toEqual([past]);
    expect(await find('relevance')).toEqual([past, many, few]);
    expect(await find('relevance&page=2&perPage=2')).toEqual([few]);
    expect(await find('relevance&status=live')).toEqual([many, few]);
    expect(await find('relevance&category=dj')).toEqual([past]);
    expect(await find(`relevance&creatorId=${creator.userId}`)).toEqual([few]);
  });

  it('shows and counts only what the reader may see', async () => {
    const [word, creator, blocked, staff] = [aWord(), await asCreator(), await asViewer(), await asStaff('support')];
    const shown = await aStream(creator, { title: word, category: 'music', status: 'ended' });
    const hidden = await aStream(creator, { title: word, category: 'music', visibility: 'private' });
    await block(testContext(), creator.userId, blocked.userId);
    for (const sort of ['live', 'newest', 'relevance']) {
      const find = async (reader: Pick<typeof guest, 'get'>) => {
        const { data } = await reader.get(`search/sessions?q=${word}&sort=${sort}`);
        const [facet] = data.facets.categories;
        expect(facet?.count ?? 0).toBe(data.pagination.total);
        return data.items.map(({ id }: { id: string }) => id).sort();
      };
      expect(await find(guest)).toEqual([shown]);
      expect(await find(blocked)).toEqual([]);
      expect(await find(creator)).toEqual([shown, hidden].sort());
      expect(await find(staff)).toEqual([shown, hidden].sort());
    }
  });

  it.each([
    ['sort=relevance', 'sort'],
    ['q=&sort=relevance', 'sort'],
    ['sort=viewers&status=scheduled', 'sort'],
    ['category=nothing', 'category'],
    ['status=paused', 'status'],
    ['page=0', 'page'],
    ['language=de', 'language'],
  ])('refuses ?%s', async (query, path) => {
    const { status, error } = await guest.get(`search/sessions?${query}`);
    expect(status).toBe(422);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path }] });
  });

  it.each([
    ['', 'streams_live_first'],
    ['sort=newest', 'sqlite_autoindex_streams_1'],
    ['category=music', 'streams_of_category_live_first (category=?)'],
    ['category=music&sort=newest', 'streams_of_category (category=?)'],
    ['status=live', 'streams_by_status (status=?)'],
    ['status=ended&sort=viewers', 'streams_past_by_peak'],
  ])('by ?%s takes its page off an index and sorts nothing', async (query, index) => {
    const asked = SessionSearchQuery.parse(Object.fromEntries(new URLSearchParams(query)));
    const [rows, ...others] = await plansOf((ctx) => searchSessions(ctx, undefined, asked));
    expect(rows).toContain(`INDEX ${index}`);
    expect(rows).not.toContain('TEMP B-TREE');
    expect(others).toHaveLength(2);
  });
});
