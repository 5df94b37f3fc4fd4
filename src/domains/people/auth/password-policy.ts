/**
 * Which passwords may be set: long enough, with at least five different characters, not a common one, and without the
 * username. They are compared as a reader sees them: case, width and invisible characters make no difference.
 */
import { httpError } from '@/http/errors';
import { countCharacters, fold, hasVisibleCharacter, withoutInvisible } from '@/shared/text';
import { isCommonPassword } from './common-passwords';

export const PASSWORD_CHARACTERS_MIN = 8;
export const PASSWORD_CHARACTERS_MAX = 128;
const DIFFERENT_CHARACTERS_MIN = 5;
/** Shorter usernames are part of many words, so a password may contain them. */
const CONTAINED_USERNAME_CHARACTERS_MIN = 5;

/** Finds what is wrong with the password itself, in words for its user. Does not look into the list of common ones. */
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

/** Finds what is wrong with the password, in words for its user; nothing if this user may set it. */
export async function passwordFault(password: string, username: string): Promise<string | undefined> {
  const fault = passwordShapeFault(password);
  if (fault) return fault;
  const folded = fold(withoutInvisible(password));
  if (await isCommonPassword(folded)) return 'is one of the most common passwords';
  const name = fold(username);
  const isContained = name.length >= CONTAINED_USERNAME_CHARACTERS_MIN && folded.includes(name);
  return isContained || folded === name ? 'must not contain your username' : undefined;
}

/** Throws VALIDATION_FAILED. @param field where the password stands in the request */
export async function requireGoodPassword(password: string, username: string, field: string): Promise<void> {
  const fault = await passwordFault(password, username);
  if (fault) throw httpError('VALIDATION_FAILED', { details: [{ path: field, message: fault }] });
}
