/** The bio of a creator where pages and lists show it. For queries of `users` left-joined with `creator_profiles`. */
import { sql } from 'drizzle-orm';
import { publicBio } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { creatorProfiles } from './tables';

/** The creator's, or else that of the account. While the stage identity is on: that of the stage. */
export const creatorBio = publicBio(sql`coalesce(nullif(${creatorProfiles.bio}, ''), ${users.bio})`);

/** The bio of a DJ's or a performer's page: what they wrote there, or else the creator's. */
export const stagePageBio = sql<string>`coalesce(${users.stageBio}, ${creatorBio})`;
