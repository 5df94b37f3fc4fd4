/** `npm run migration:revert`: explains why migrations cannot be reverted, and what to do instead. */
import { fail } from './local/home.ts';

fail(`Migrations cannot be reverted. To change the schema back, write another migration:
  npm run db:generate -- <intent>
To undo changes to data, restore the database to an earlier time. Read "Backups" in docs/operating.md first:
  npx wrangler d1 time-travel restore footlight --timestamp <time>`);
