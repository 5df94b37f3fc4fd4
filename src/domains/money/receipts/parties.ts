/** The two sides of a receipt: the platform, as its configuration names it, and the user, as the account does now. */
import type { Config } from '@/contracts/config';
import { ownDisplayName, ownUsername } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';

export const partyColumns = { displayName: ownDisplayName, username: ownUsername, email: users.email };

interface PartyRow {
  readonly displayName: string;
  readonly username: string;
  readonly email: string;
}

export function presentParty({ displayName, username, email }: PartyRow) {
  return { name: displayName, username, email };
}

export function presentPlatform({ seller: { name, address } }: Config) {
  return { name, address: address ?? null };
}
