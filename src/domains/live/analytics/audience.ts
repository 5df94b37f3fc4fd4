/** Breaks viewers down by how they came, without showing a group so small that it may be one person. Pure. */
import type { z } from '@hono/zod-openapi';
import type { Audience } from '@/contracts/room-figures';
import type { AudienceFigures } from './session-schemas';

/** The smallest group that is shown. Nobody at all is no group. */
export const GROUP_MIN = 5;

/**
 * Hides small groups. Totals are known, so a single hidden group could be found by subtraction: empty groups are hidden
 * with it, or else the next smallest.
 */
export function showGroups<Name extends string>(groups: Readonly<Record<Name, number>>): Record<Name, number | null> {
  const names = (Object.keys(groups) as Name[]).toSorted((a, b) => groups[a] - groups[b]); // its own
  const few = names.filter((name) => groups[name] < GROUP_MIN);
  const isAnySmall = few.some((name) => groups[name] > 0);
  const hidden = new Set(isAnySmall ? names.slice(0, Math.max(2, few.length)) : []);
  return Object.fromEntries(names.map((name) => [name, hidden.has(name) ? null : groups[name]])) as Record<
    Name,
    number | null
  >; // the same names
}

export function presentAudience(
  uniqueViewers: number,
  { followers, newUsers, returningUsers, sources }: Audience,
): z.input<typeof AudienceFigures> {
  const users = showGroups({ newUsers, returningUsers });
  const shown = showGroups({ followers, others: uniqueViewers - followers });
  return {
    newViewers: users.newUsers,
    returningViewers: users.returningUsers,
    followersBps: shown.followers === null ? null : Math.round((shown.followers / Math.max(1, uniqueViewers)) * 10_000),
    sources: showGroups(sources),
  };
}
