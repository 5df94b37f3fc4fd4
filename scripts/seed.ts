/** `npm run db:seed`: creates the demo world in the local database. Each account gets the password in `.dev.vars`. */
import { ensureDevVars, failAt, STATE } from './local/home.ts';
import { migrate, withDatabase } from './local/miniflare.ts';
import { listAccounts, seed } from './local/seed.ts';

const { vars } = ensureDevVars();
const { accounts } = await withDatabase(STATE, async (database) => {
  await migrate(database);
  return seed(database, vars, true);
}).catch(failAt('The demo world could not be created'));
console.log(listAccounts(accounts, vars));
