/** `npm run db:migrate`: brings the local database to what migrations/ says. */
import { STATE } from './local/home.ts';
import { migrate, withDatabase } from './local/miniflare.ts';

const applied = await withDatabase(STATE, migrate);
console.log(applied.length > 0 ? applied.map((name) => `applied ${name}`).join('\n') : 'Nothing to apply.');
