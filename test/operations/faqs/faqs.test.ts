/** FAQs: staff write and order them, everyone reads, searches and votes. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const aCategory = () => `c${newId().replaceAll('-', '')}`;
const guest = client();

async function aFaq(staff: Person, fields: Record<string, unknown> = {}) {
  const body = { category: aCategory(), question: 'How do I get paid?', answer: 'Once a week.', published: true };
  const answer = await staff.post('support/faqs', { ...body, ...fields });
  expect(answer.status).toBe(201);
  return answer.data;
}

const questionsIn = async (category: string, language = 'en', by = guest) =>
  (await by.get(`support/faqs?category=${category}&language=${language}`)).data.items.map(
    ({ question, position }: { question: string; position: number }) => [position, question],
  );

describe('the list of FAQs', () => {
  it('shows published ones in order to everyone, cached, and drafts to staff only', async () => {
    const [staff, category] = [await asStaff('support'), aCategory()];
    await aFaq(staff, { category, question: 'First?' });
    await aFaq(staff, { category, question: 'Draft?', published: false });
    await aFaq(staff, { category, question: 'Third?' });
    await aFaq(staff, { category, question: 'Nasıl?', language: 'tr' });
    expect(await questionsIn(category)).toEqual([
      [1, 'First?'],
      [3, 'Third?'],
    ]);
    expect(await questionsIn(category, 'tr')).toEqual([[1, 'Nasıl?']]);
    expect(await questionsIn(category, 'en', staff)).toHaveLength(3);
    const cached = await guest.get(`support/faqs?category=${category}`);
    expect(cached.headers.get('cache-control')).toBe('public, max-age=60');
    expect(cached.headers.get('vary')).toMatch(/\bAuthorization\b/); // or an agent who signs in sees no drafts for a minute
    expect(cached.data.pagination).toMatchObject({ total: 3 });
    const own = await staff.get(`support/faqs?category=${category}`);
    expect(own.headers.get('cache-control')).toBe('no-store');
    expect((await guest.get(`support/faqs?category=${aCategory()}`)).data.items).toEqual([]);
  });

  it('hides drafts from staff without canManageTickets', async () => {
    const [staff, other] = [await asStaff('support'), await asStaff('admin_l1', { denied: ['canManageTickets'] })];
    const { category } = await aFaq(staff, { published: false });
    expect(await questionsIn(category, 'en', other)).toEqual([]);
    expect((await other.post('support/faqs', { category, question: 'Q', answer: 'A' })).status).toBe(403);
  });

  it('answers a script in the text as the same text in JSON', async () => {
    const answer = '<script>alert("1")</script>\n\n**Bold** & [a link](javascript:alert(1))';
    const { category } = await aFaq(await asStaff('support'), { answer, question: '<b>Why?</b>' });
    const list = await guest.get(`support/faqs?category=${category}`);
    expect(list.headers.get('content-type')).toContain('application/json');
    expect(list.headers.get('x-content-type-options')).toBe('nosniff');
    expect(list.data.items[0]).toMatchObject({ answer, question: '<b>Why?</b>' });
    const control = await (await asStaff('support')).post('support/faqs', {
      category,
      question: 'Q',
      answer: 'a\u0000b',
    });
    expect(control.status).toBe(422);
  });
});

describe('the places of FAQs', () => {
  async function three(staff: Person, category: string) {
    const made = [];
    for (const question of ['A', 'B', 'C']) made.push(await aFaq(staff, { category, question }));
    return made.map(({ id }) => id);
  }

  it('make room for one that is moved up, moved down or added in between', async () => {
    const [staff, category] = [await asStaff('support'), aCategory()];
    const [a, , c] = await three(staff, category);
    expect((await staff.put(`support/faqs/${c}`, { position: 1 })).data.position).toBe(1);
    expect((await questionsIn(category)).join(' ')).toBe('1,C 2,A 3,B');
    await staff.put(`support/faqs/${c}`, { position: 3 });
    expect((await questionsIn(category)).join(' ')).toBe('1,A 2,B 3,C');
    await staff.put(`support/faqs/${a}`, { position: 2 });
    expect((await questionsIn(category)).join(' ')).toBe('1,B 2,A 3,C');
    await aFaq(staff, { category, question: 'D', position: 2 });
    expect((await questionsIn(category)).join(' ')).toBe('1,B 2,D 3,A 4,C');
    expect((await staff.put(`support/faqs/${a}`, { position: 900 })).data.position).toBe(4);
  });

  it('stay without gaps when one is deleted or goes to another category', async () => {
    const [staff, category, other] = [await asStaff('support'), aCategory(), aCategory()];
    const [a, b] = await three(staff, category);
    expect((await staff.put(`support/faqs/${a}`, { category: other })).data).toMatchObject({ position: 1 });
    expect((await questionsIn(category)).join(' ')).toBe('1,B 2,C');
    expect((await staff.put(`support/faqs/${a}`, { category, position: 2 })).data.position).toBe(2);
    expect((await questionsIn(category)).join(' ')).toBe('1,B 2,A 3,C');
    expect((await staff.delete(`support/faqs/${b}`)).status).toBe(200);
    expect((await staff.delete(`support/faqs/${b}`)).error.code).toBe('FAQ_NOT_FOUND');
    expect((await questionsIn(category)).join(' ')).toBe('1,A 2,C');
  });

  it('are still 1, 2, 3 when several are moved at the same time', async () => {
    const [staff, category] = [await asStaff('support'), aCategory()];
    const ids = await three(staff, category);
    await Promise.all(ids.map((id) => staff.put(`support/faqs/${id}`, { position: 1 })));
    expect((await questionsIn(category)).map(([position]: [number]) => position)).toEqual([1, 2, 3]);
  });
});

describe('a change of a FAQ', () => {
  it('changes only what is sent, and is logged with before and after', async () => {
    const staff = await asStaff('support');
    const faq = await aFaq(staff, { published: false });
    const changed = await staff.put(`support/faqs/${faq.id}`, { published: true });
    expect(changed.data).toMatchObject({ question: faq.question, published: true, position: 1 });
    await staff.put(`support/faqs/${faq.id}`, { published: true });
    await staff.delete(`support/faqs/${faq.id}`);
    const { results } = await env.DB.prepare(
      'SELECT action, before, after FROM staff_log WHERE target_id = ? ORDER BY id',
    )
      .bind(faq.id)
      .all<{ action: string; before: string; after: string }>();
    expect(results.map(({ action }) => action)).toEqual(['faq.add', 'faq.change', 'faq.delete']);
    expect(results[1]).toMatchObject({ before: '{"published":false}', after: '{"published":true}' });
    expect((await staff.put(`support/faqs/${faq.id}`, { question: 'Again?' })).error.code).toBe('FAQ_NOT_FOUND');
  });
});

describe('the search for FAQs', () => {
  const find = async (q: string, by = guest) =>
    (await by.get(`support/faqs/search?q=${encodeURIComponent(q)}`)).data.items.map(
      ({ question }: { question: string }) => question,
    );

  it('finds whole and unfinished words without regard to accents, questions before answers', async () => {
    const [staff, word] = [await asStaff('support'), `z${newId().slice(-8)}`];
    await aFaq(staff, { question: 'Why?', answer: `Because of the ${word}café.` });
    await aFaq(staff, { question: `What is a ${word}café?`, answer: 'A place.' });
    await aFaq(staff, { question: `Draft ${word}café`, published: false });
    const both = [`What is a ${word}café?`, 'Why?'];
    expect(await find(`${word}cafe`)).toEqual(both);
    expect(await find(`${word}ca`)).toEqual(both);
    expect(await find(`${word}cafe place`)).toEqual([both[0]]);
    expect(await find(`${word}cafe`, staff)).toHaveLength(3);
    expect(await find(`${word}nothing`)).toEqual([]);
  });

  it('follows a change, and takes operators as words', async () => {
    const [staff, word] = [await asStaff('support'), `y${newId().slice(-8)}`];
    const faq = await aFaq(staff, { question: `Is ${word} old?` });
    await staff.put(`support/faqs/${faq.id}`, { question: 'Is it new?' });
    expect(await find(word)).toEqual([]);
    for (const q of [`"${word}`, `${word} OR a`, `${word}*`, 'audience:staff', '(', 'NEAR(a b)'])
      expect((await guest.get(`support/faqs/search?q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect((await guest.get('support/faqs/search?q=')).status).toBe(422);
  });
});

describe('a vote on a FAQ', () => {
  it('counts once a user, can be changed, and is exact when many vote at once', async () => {
    const { id, category } = await aFaq(await asStaff('support'));
    const voters = await Promise.all([asViewer(), asViewer(), asViewer()]);
    const vote = (voter: Person, helpful: boolean) => voter.post(`support/faqs/${id}/vote`, { helpful });
    await Promise.all(voters.flatMap((voter) => [vote(voter, true), vote(voter, true), vote(voter, true)]));
    const [first] = voters;
    expect((await vote(first as Person, false)).data).toEqual({ vote: { helpful: false }, helpful: 2, notHelpful: 1 });
    const [item] = (await guest.get(`support/faqs?category=${category}`)).data.items;
    expect(item).toMatchObject({ helpful: 2, notHelpful: 1 });
  });

  it('is refused for drafts and for what does not exist', async () => {
    const [staff, viewer] = [await asStaff('support'), await asViewer()];
    const { id } = await aFaq(staff, { published: false });
    for (const faqId of [id, newId(), 'x'])
      expect((await viewer.post(`support/faqs/${faqId}/vote`, { helpful: true })).error.code).toBe('FAQ_NOT_FOUND');
  });

  it('goes with its voter’s account', async () => {
    const viewer = await asViewer();
    const { id, category } = await aFaq(await asStaff('support'));
    await viewer.post(`support/faqs/${id}/vote`, { helpful: true });
    await env.DB.prepare('DELETE FROM faq_votes WHERE user_id = ?').bind(viewer.userId).run();
    const [item] = (await guest.get(`support/faqs?category=${category}`)).data.items;
    expect(item).toMatchObject({ helpful: 0, notHelpful: 0 });
  });
});
