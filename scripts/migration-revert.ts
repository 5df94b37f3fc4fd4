/** `npm run migration:revert`: says why there is none, and what to do instead. */
import { fail } from './local/home.ts';

fail(`Migrations only go forward. To change the schema back, write another migration:
  npm run db:generate -- <intent>
To undo data, restore the database to an earlier time, and read docs/operating.md, Backups, first:
  npx wrangler d1 time-travel restore footlight --timestamp <time>`);
