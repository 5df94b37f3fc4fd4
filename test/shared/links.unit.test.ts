import { expect, test } from 'vitest';
import { hasLink } from '@/shared/links';

test.each([
  'https://example.com/path?x=1',
  'HTTP://EXAMPLE.COM',
  'ftp://files.example',
  'steam://run/440',
  'look:http://1.2.3.4/x',
  'http://[::1]/',
  'http://localhost:3000',
  'www.anything.here',
  'example.com',
  'see example.com.',
  '(example.com)',
  '→example.com/free',
  'go to bit.ly/abc now',
  'discord.gg/abc',
  't.me',
  'EXAMPLE.XYZ:8080',
  'sub-domain.example.co.uk',
  'münchen.de',
  'пример.рф',
  'xn--e1afmkfd.xn--p1ai',
  'example。com',
  'example．com',
  'example｡com',
  'example․com',
  'example·com',
  'exam\u200bple.\u2060com',
  'ｅｘａｍｐｌｅ．ｃｏｍ',
  'example.соm',
  'example.сом',
  'a@example.com',
  'mailto:somebody@localhost',
  '10.0.0.1',
  'join 192.168.1.20:25565',
])('%s is a link', (text) => {
  expect(hasLink(text)).toBe(true);
});

test.each([
  '',
  'hello there',
  'wait... what?!',
  'ok.',
  '.com',
  'a . com',
  'e.g. this',
  '3.5 or 1,000.50 at 12.30',
  'version 1.2.3',
  '1.2.3.400',
  '256.1.1.1',
  'server.js and file.txt',
  'who: me / you // them',
  'https: // nothing',
  'www',
  'col·lecció',
  '我来自上海。中国很大。',
  '@somebody #tag',
  'всё.то есть нет.со мной',
])('%s is not a link', (text) => {
  expect(hasLink(text)).toBe(false);
});

test('looking for links takes time linear in the text', () => {
  for (const text of ['a.'.repeat(100_000), 'www.'.repeat(50_000), '1.'.repeat(100_000), 'a'.repeat(200_000)]) {
    const start = performance.now();
    hasLink(text);
    expect(performance.now() - start).toBeLessThan(1_000);
  }
});
