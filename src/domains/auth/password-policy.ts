/** Which passwords may be set: long enough, not among the common ones, not containing the username. */
import { countCharacters, fold } from '@/shared/text';
import { COMMON_PASSWORDS } from './common-passwords';

export const PASSWORD_CHARACTERS_MIN = 8;
export const PASSWORD_CHARACTERS_MAX = 128;

/** What is wrong with the password, in words for its user; nothing if it may be set. */
export function passwordFault(password: string, username?: string): string | undefined {
  const length = countCharacters(password);
  if (length < PASSWORD_CHARACTERS_MIN) return `must have at least ${PASSWORD_CHARACTERS_MIN} characters`;
  if (length > PASSWORD_CHARACTERS_MAX) return `must have at most ${PASSWORD_CHARACTERS_MAX} characters`;
  const folded = fold(password);
  if (COMMON_PASSWORDS.has(folded)) return 'is one of the most common passwords';
  if (username && folded.includes(fold(username))) return 'must not contain the username';
  return undefined;
}
