/** `npm run db:seed`: the demo world on the local database, with the password of `.dev.vars` for each account. */
import { ensureDevVars, failAt, STATE } from './local/home.ts';
import { migrate, withDatabase } from './local/miniflare.ts';
import { listAccounts, seed } from './local/seed.ts';

const { vars } = ensureDevVars();
const { accounts } = await withDatabase(STATE, async (database) => {
  await migrate(database);
  return seed(database, vars, true);
}).catch(failAt('The demo world was not made'));
console.log(listAccounts(accounts, vars));
