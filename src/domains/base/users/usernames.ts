/** Rules for usernames, and generated ones. Usernames are public, so they are never derived from the address. */
import { randomInt } from 'node:crypto';
import { pastedPattern } from '@/http/fields';
import { fold } from '@/shared/text';

const LENGTHS = '{3,30}';
const PATTERN = new RegExp(`^[a-z0-9_]${LENGTHS}$`);
/** For the reference: a username as people type it, in any case and with blanks around it. */
export const TYPED_USERNAME_PATTERN = pastedPattern(`[A-Za-z0-9_]${LENGTHS}`);
const STEM_CHARACTERS_MAX = 18;
const SUFFIX_CHARACTERS = 10;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Names that would speak for the platform, and path segments that could be confused with a username. */
const RESERVED: ReadonlySet<string> = new Set(
  `
    about account accounts admin admin_l1 admin_l2 admin_l3 administrator all anonymous api auth chat country_admin
    create creator credentials dev docs end everyone footlight footlight_team guest health help here info ingress join
    live login logout me media mod moderator moderators null official owner past performer privacy recommended register
    root search security session sessions settings staff start status stream streams superuser support system team terms
    token undefined user users viewer webhook webhooks
  `
    .split(/\s+/)
    .filter(Boolean),
);

/** Whether it has the form of a username. Ids have dashes, so they never do. @param folded in lower case */
export function looksLikeUsername(folded: string): boolean {
  return PATTERN.test(folded);
}

/** Why the username is not allowed, as a message for its user. Undefined if it is allowed. Ignores case. */
export function usernameFault(username: string): string | undefined {
  const folded = fold(username);
  if (!looksLikeUsername(folded)) return 'must have 3 to 30 letters a to z, digits or underscores';
  if (RESERVED.has(folded)) return 'is reserved';
  return undefined;
}

/**
 * Ends in random characters, so that a clash is less likely than a lost request.
 * @param from a display name, if there is one
 */
export function inventUsername(from: string | undefined): string {
  const stem = fold(from ?? '')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, STEM_CHARACTERS_MAX);
  const suffix = Array.from({ length: SUFFIX_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${stem || 'user'}_${suffix}`;
}
