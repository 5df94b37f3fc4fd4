/** How generated histories may begin. */
import { cashingOut, deciding, exchanging, reporting, type Step, subscribing, tipping } from './acts';
import { BUYERS } from './cast';

const [creatorA, creatorB] = [BUYERS, BUYERS + 1];
/** What chance alone would hardly lead to. A history begins with some of these, in this order. */
export const BEGINNINGS: readonly (readonly Step[])[] = [
  // Months whose unused days can be given back.
  [
    subscribing.of({ subscriber: 0, recipient: creatorA }),
    subscribing.of({ subscriber: 1, recipient: creatorA }),
    subscribing.of({ subscriber: 0, recipient: creatorB }),
  ],
  // Money that has left, and can come back.
  [
    tipping.of({ sender: 0, recipient: creatorA, percent: 30 }),
    cashingOut.of({ owner: creatorA, percent: 50 }),
    deciding.of({ payout: 0, verb: 'approve' }),
    deciding.of({ payout: 0, verb: 'paid' }),
  ],
  // Coins on their way through two creators, so that a reversal has something to follow.
  [
    tipping.of({ sender: 0, recipient: creatorA, percent: 90 }),
    exchanging.of({ owner: creatorA, percent: 90 }),
    tipping.of({ sender: creatorA, recipient: creatorB, percent: 90 }),
    exchanging.of({ owner: creatorB, percent: 90 }),
  ],
  // The coins go back: whoever gave them away is in debt, earns again, and pays the debt before a cash-out.
  [
    reporting.of({ purchase: 0, name: 'lost', late: 0 }),
    tipping.of({ sender: 1, recipient: creatorA, percent: 90 }),
    cashingOut.of({ owner: creatorA, percent: 5 }),
  ],
];
