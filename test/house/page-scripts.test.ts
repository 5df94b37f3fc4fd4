/** The scripts of the Worker's own pages, run in a page as small as they need. */
import { createContext, runInContext } from 'node:vm';
import { expect, it, vi } from 'vitest';
import { RESET_SCRIPT, SHARED_SCRIPT, VERIFY_SCRIPT } from '@/domains/people/auth/page-files';

type Listener = (event: { preventDefault(): void; target: { password: string } }) => unknown;

function openPage(script: string, path: string, answer: unknown, hash = '') {
  const elements: Record<string, { hidden?: boolean; textContent?: string; listeners: Record<string, Listener> }> = {};
  const element = (id: string) => {
    const found = elements[id] ?? { listeners: {} };
    elements[id] = found;
    const addEventListener = (name: string, act: Listener) => {
      found.listeners[name] = act;
    };
    return Object.assign(found, { addEventListener });
  };
  const fetch = vi.fn(async (_path: string, _init: { body: string }) => ({ json: async () => answer }));
  const context = createContext({
    document: { getElementById: element, querySelectorAll: () => [] },
    location: { pathname: path, hash },
    history: { replaceState() {} },
    FormData: class {
      constructor(private readonly form: { password: string }) {}
      get() {
        return this.form.password;
      }
    },
    URLSearchParams,
    fetch,
  });
  runInContext(SHARED_SCRIPT, context);
  runInContext(script, context);
  const act = async (id: string, name: string, password = '') => {
    await elements[id]?.listeners[name]?.({ preventDefault() {}, target: { password } });
    await new Promise(setImmediate);
    return fetch.mock.lastCall?.map((part) => (typeof part === 'string' ? part : JSON.parse(part.body)));
  };
  return { elements, act, fetch };
}

const PATH = '/api/v1/auth/verify-email/t';
const refused = { success: false, error: { message: 'The password is not right.' } };

it('"I signed up" verifies with the password, and a refusal is shown', async () => {
  const page = openPage(VERIFY_SCRIPT, PATH, refused);
  expect(await page.act('mine', 'submit', 'secret')).toEqual([PATH, { password: 'secret' }]);
  expect(page.elements.result?.textContent).toBe('The password is not right.');
  expect(page.elements.choices?.hidden).toBeUndefined();
});

it('verifying without the password leads to a new one on the same page', async () => {
  const page = openPage(VERIFY_SCRIPT, PATH, { success: true, data: { resetToken: 'r' } });
  expect(await page.act('without', 'click')).toEqual([PATH, {}]);
  expect([page.elements.choices?.hidden, page.elements.renew?.hidden]).toEqual([true, false]);
  expect(await page.act('renew', 'submit', 'new one')).toEqual([
    '../reset-password/confirm',
    { token: 'r', password: 'new one' },
  ]);
  expect(page.elements.renew?.hidden).toBe(true);
});

it('"This wasn\'t me" rejects the registration', async () => {
  const page = openPage(VERIFY_SCRIPT, PATH, { success: true, data: {} });
  expect(await page.act('reject', 'click')).toEqual([`${PATH}/reject`, {}]);
  expect(page.elements.result?.textContent).toContain('is deleted');
});

it('the reset page takes its token from behind the #, and says so where there is none', async () => {
  const page = openPage(RESET_SCRIPT, '/api/v1/auth/reset-password', { success: true, data: {} }, '#token=a.b.c');
  expect(await page.act('renew', 'submit', 'new one')).toEqual([
    'reset-password/confirm',
    { token: 'a.b.c', password: 'new one' },
  ]);
  const empty = openPage(RESET_SCRIPT, '/api/v1/auth/reset-password', {});
  expect([empty.elements.renew?.hidden, empty.elements.result?.textContent]).toEqual([
    true,
    expect.stringContaining('incomplete'),
  ]);
});
