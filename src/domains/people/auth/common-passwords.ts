/**
 * The passwords that attackers try first. The long list is loaded when a password is first set, so other requests and
 * the Worker's start do not pay for it.
 */

import { lazy } from '@/shared/lazy';

/** Not in the list, because its library finds these by rules: sequences, and words with recent years. */
const SUPPLEMENT: ReadonlySet<string> = new Set(
  `
    01234567 0123456789 1234512345 123456123456 1234567890- 123456aa@ 23456789 3456789012 9876543210 aa12345678
    aa@123456 abc@1234 abc@12345 abcd1234@ abcd@123 abcd@1234 abcdefgh abcdefghi abcdefghij abcdefghijkl aboy1234
    admin1234 admin12345 admin123456 admin@123 admin@1234 adminadmin administrator1 admintelecom asdfghjkl; autumn2023
    autumn2024 autumn2025 autumn2026 batman123 changeme1 changeme123 default1 demo1234 facebook1 football123 footlight
    footlight1 footlight123 fortnite1 global123@ guest123 harley123 hello12345 heslo1234 iloveu123 iloveyou123
    india@123 iphone123 juventus1 letmein! letmein12 letmein123 linkedin lol123456 loveme123 minecraft1 p@$$w0rd
    p@55w0rd p@ssw0rd1 p@ssword pakistan123 pass12345 pass@123 pass@1234 pass@12345 password! password#1 password1!
    password@1 password@123 qwerty1! qwerty@123 qwerty@1234 qwertyqwerty roblox123 rockstar1 rockyou1 root1234
    sandra123 snowball1 softball1 spring2023 spring2024 spring2025 spring2026 summer2020 summer2021 summer2022
    summer2023 summer2024 summer2025 summer2026 test12345 test@123 toor1234 trustno1! turktelekom user1234 welcome!
    welcome@123 winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 winter2026 xbox360x yellow123
    zxcvbnm,
  `
    .trim()
    .split(/\s+/),
);

const loadListed = lazy(() => import('./listed-passwords'));

/** Also finds a common password written backwards. @param folded see `fold` */
export async function isCommonPassword(folded: string): Promise<boolean> {
  const { LISTED_PASSWORDS } = await loadListed();
  const backwards = [...folded].toReversed().join('');
  return [folded, backwards].some((password) => LISTED_PASSWORDS.has(password) || SUPPLEMENT.has(password));
}
