/** `npm run db:migrate`: applies the pending migrations to the local database. */
import { failAt, STATE } from './local/home.ts';
import { migrate, withDatabase } from './local/miniflare.ts';

const applied = await withDatabase(STATE, migrate).catch(failAt('The database could not be migrated'));
console.log(applied.length > 0 ? applied.map((name) => `Applied ${name}`).join('\n') : 'There is nothing to apply.');
