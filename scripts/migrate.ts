/** `npm run db:migrate`: brings the local database to what migrations/ says. */
import { failAt, STATE } from './local/home.ts';
import { migrate, withDatabase } from './local/miniflare.ts';

const applied = await withDatabase(STATE, migrate).catch(failAt('The database could not be brought up to date'));
console.log(applied.length > 0 ? applied.map((name) => `applied ${name}`).join('\n') : 'Nothing to apply.');
