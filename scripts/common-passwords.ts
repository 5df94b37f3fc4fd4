/**
 * `npm run passwords`: regenerates the list of common passwords from the list of zxcvbn-ts (MIT), in its order. It
 * takes the 10,000 most common ones that would otherwise pass the rules of `password-policy.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { importSource } from './local/bundle.ts';
import { ROOT } from './local/home.ts';

const PASSWORDS = 10_000;
const TARGET = resolve(ROOT, 'src/domains/people/auth/listed-passwords.ts');

const { passwordShapeFault } = await importSource<typeof import('@/domains/people/auth/password-policy')>(
  'src/domains/people/auth/password-policy.ts',
);
const { fold } = await importSource<typeof import('@/shared/text')>('src/shared/text.ts');

const source = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common/src/passwords.json');
const commonestFirst = JSON.parse(readFileSync(source, 'utf8')) as string[]; // the package's format
const eligible = commonestFirst
  .map(fold)
  .filter((password) => !passwordShapeFault(password) && /^[!-~]+$/.test(password));
const listed = [...new Set(eligible)].slice(0, PASSWORDS);
if (listed.length < PASSWORDS) throw new Error(`Only ${listed.length} passwords are eligible.`);

/** Wrapped, so that a text search that finds a password shows one line and not the whole list. */
const wrapped = listed.join(' ').replaceAll(/(.{1,119})(?: |$)/g, '$1\n');
writeFileSync(
  TARGET,
  `/** Written by \`npm run passwords\` from zxcvbn-ts's list (MIT): the commonest passwords, folded. */
export const LISTED_PASSWORDS: ReadonlySet<string> = new Set(
  \`
${wrapped.replaceAll(/[`$\\]/g, '\\$&')}\`
    .trim()
    .split(/\\s/),
);
`,
);
