/**
 * Rules for new passwords: long enough, at least five different characters, not common, and without the username.
 * Case, width and invisible characters make no difference.
 */
import { httpError } from '@/http/errors';
import { countCharacters, fold, hasVisibleCharacter, withoutInvisible } from '@/shared/text';
import { isCommonPassword } from './common-passwords';

export const PASSWORD_CHARACTERS_MIN = 8;
export const PASSWORD_CHARACTERS_MAX = 128;
const DIFFERENT_CHARACTERS_MIN = 5;
/** A password may contain a shorter username, because many words do. */
const CONTAINED_USERNAME_CHARACTERS_MIN = 5;

/** Returns a message for the user if the password itself breaks a rule. Does not check the list of common ones. */
export function passwordShapeFault(password: string): string | undefined {
  const seen = withoutInvisible(password).normalize('NFKC');
  if (countCharacters(seen) < PASSWORD_CHARACTERS_MIN)
    return `must have at least ${PASSWORD_CHARACTERS_MIN} characters`;
  if (countCharacters(password) > PASSWORD_CHARACTERS_MAX)
    return `must have at most ${PASSWORD_CHARACTERS_MAX} characters`;
  if (!hasVisibleCharacter(seen)) return 'must not be blank';
  const different = new Set(seen.toLowerCase().replaceAll(/\s/g, ' '));
  if (different.size < DIFFERENT_CHARACTERS_MIN)
    return `must have at least ${DIFFERENT_CHARACTERS_MIN} different characters`;
  return undefined;
}

/** Returns a message for the user, or undefined if they may set this password. */
export async function passwordFault(password: string, username: string): Promise<string | undefined> {
  const fault = passwordShapeFault(password);
  if (fault) return fault;
  const folded = fold(withoutInvisible(password));
  if (await isCommonPassword(folded)) return 'is one of the most common passwords';
  const name = fold(username);
  const isContained = name.length >= CONTAINED_USERNAME_CHARACTERS_MIN && folded.includes(name);
  return isContained || folded === name ? 'must not contain your username' : undefined;
}

/** Throws VALIDATION_FAILED. @param field the password's path in the request */
export async function requireGoodPassword(password: string, username: string, field: string): Promise<void> {
  const fault = await passwordFault(password, username);
  if (fault) throw httpError('VALIDATION_FAILED', { details: [{ path: field, message: fault }] });
}
