/**
 * `npm run demo`: plays a whole show against the running server, over real HTTP and WebSockets, and prints a
 * transcript. It checks the results on the way, and exits non-zero at the first that differs.
 */
import { randomBytes } from 'node:crypto';
import { chargeBack } from './demo/chargeback.ts';
import { screenFilm } from './demo/cinema.ts';
import { endShow, goLive, openStage, signIn } from './demo/creator.ts';
import {
  answerAndPin,
  banOne,
  breakSlowMode,
  enterAll,
  holdOne,
  loseAndResume,
  pollAll,
  reactAll,
  talk,
} from './demo/crowd.ts';
import { sellOut } from './demo/drop.ts';
import { comment, findIt, likeTwice, postForFollowers, postPicture, readFeeds } from './demo/feed.ts';
import { buyCoins, cashOut, giveInTheRoom } from './demo/money.ts';
import { waitUntilReady } from './demo/ready.ts';
import { playSet } from './demo/set.ts';
import { scene } from './demo/show.ts';
import { answerTicket, banByReport } from './demo/staff.ts';
import { ensureDevVars, readPort } from './local/home.ts';

const origin = process.env.FOOTLIGHT_URL ?? `http://localhost:${readPort()}`;
await waitUntilReady(origin);

const { vars } = ensureDevVars();
/** Makes this run's names unique. */
const suffix = randomBytes(4).toString('hex');
const stage = await openStage(origin, vars);
try {
  scene('The creator');
  const creator = await signIn(stage);
  const show = await goLive(stage, creator);

  scene('The crowd');
  const crowd = await enterAll(stage, show, suffix);
  await reactAll(crowd);

  scene('The talk');
  await talk(crowd);
  await breakSlowMode(creator, crowd);
  await holdOne(creator, show, crowd);
  await answerAndPin(creator, show, crowd);
  await pollAll(creator, show, crowd);
  await banOne(creator, show, crowd);
  await loseAndResume(crowd);

  scene('The feed');
  const post = await postPicture(creator, suffix);
  await readFeeds(stage, creator, crowd, post);
  await postForFollowers(stage, creator, crowd);
  await likeTwice(crowd, post);
  await comment(creator, crowd, post);
  await findIt(stage, post);

  scene('The cinema');
  await screenFilm(crowd);

  scene('The money');
  await buyCoins(stage, crowd);
  await giveInTheRoom(stage, creator, show, crowd);
  const owner = await cashOut(stage, creator);

  scene('The chargeback');
  await chargeBack(stage, { creator, owner }, show, crowd);

  scene('The drop');
  await sellOut(stage, { creator, owner }, show, crowd, suffix);

  scene('The staff');
  await banByReport(stage, owner, show, crowd, suffix);
  await answerTicket(owner, crowd);

  scene('The DJ');
  await playSet(stage, suffix);

  scene('The end');
  await endShow(stage, creator, show, crowd);
  console.log('\nEverything worked as expected.');
} catch (error) {
  console.error(`\n  ✗ ${(error as Error).message}`); // everything thrown here is an Error
  process.exitCode = 1;
} finally {
  await stage.encoder.close();
}
process.exit();
