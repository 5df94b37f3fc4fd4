/**
 * English: the platform's own texts, and the shape that every other language has (`texts.ts`). Placeholders stand in
 * braces, by the names in `contracts/notification-data.ts`; `{actor}` is the actor's name, `{who}` that of a creator.
 */
import type { AllPieces } from './pieces';

const notifications = {
  follower: { title: 'New follower', body: '{actor} now follows you.' },
  live: { title: '{actor} is live', body: '{streamTitle}' },
  gift: {
    title: '{actor} sent you gifts',
    others: {
      by: 'others',
      one: '{actor} and {others} other sent you gifts',
      other: '{actor} and {others} others sent you gifts',
    },
    gift: {
      by: 'coins',
      one: '{quantity} × {name}, for {coins} coin',
      other: '{quantity} × {name}, for {coins} coins',
    },
    tip: { by: 'coins', one: 'A tip of {coins} coin', other: 'A tip of {coins} coins' },
  },
  subscription: { title: 'You have a new subscriber', body: '{actor} subscribed to {tierName}.' },
  'subscription-short': {
    title: 'Not enough coins for your subscription',
    body: {
      by: 'coinsPerMonth',
      one: 'The next month of your subscription to {who} costs {coinsPerMonth} coin. Add coins within three days to keep it.',
      other:
        'The next month of your subscription to {who} costs {coinsPerMonth} coins. Add coins within three days to keep it.',
    },
  },
  'subscription-ended': { title: 'Your subscription to {who} has ended' },
  'subscription-ended/unpaid': { body: 'Your wallet did not have enough coins for the next month.' },
  'subscription-ended/creator-gone': { body: 'The creator no longer takes subscriptions. You were not charged.' },
  'subscription-ended/blocked': { body: 'It could not be renewed. You were not charged.' },
  'subscription-ended/creator-hidden': {
    body: 'The creator is no longer shown in your country. You were not charged.',
  },
  'subscription-ended/lapsed': {
    body: 'It could not be renewed in time. You were not charged; you can subscribe again at any time.',
  },
  'subscription-ended/worthless': {
    body: 'It is no longer offered at its price. You were not charged; you can subscribe again at any time.',
  },
  'subscription-ended/returned': {
    body: {
      by: 'returnedCoins',
      one: 'It ended before its month was over. For the days that were left, {returnedCoins} coin is back in your wallet.',
      other:
        'It ended before its month was over. For the days that were left, {returnedCoins} coins are back in your wallet.',
    },
  },
  'subscription-ended/nothing-left': {
    body: 'It ended before its month was over. The days that were left were worth less than a coin.',
  },
  comment: { title: '{actor} commented on your post', body: '{excerpt}' },
  'comment/reply': { title: '{actor} replied to your comment' },
  like: {
    title: '{actor} liked your post',
    others: {
      by: 'others',
      one: '{actor} and {others} other liked your post',
      other: '{actor} and {others} others liked your post',
    },
  },
  'like/comment': {
    title: '{actor} liked your comment',
    others: {
      by: 'others',
      one: '{actor} and {others} other liked your comment',
      other: '{actor} and {others} others liked your comment',
    },
  },
  'creator-approved': {
    title: 'You are now a creator',
    body: 'Your application was approved. You can now stream, sell and earn.',
  },
  'creator-rejected': { title: 'Your application was not approved', body: '{reason}' },
  'guide-approved': { title: 'You are now a guide', body: 'Your application was approved.' },
  'guide-approved/back': { title: 'You are a guide again', body: 'The suspension of your approval has ended.' },
  'payout-approved': { title: 'Your cash-out is approved', body: '{money} will be sent to you.' },
  'payout-paid': { title: 'Your cash-out is paid', body: '{money} is on its way to your account.' },
  'payout-rejected': {
    title: 'Your cash-out was not approved',
    body: 'The diamonds are yours again. Reason: {reason}',
  },
  'payout-rejected/money': { body: 'The money is yours again. Reason: {reason}' },
  'payout-failed': {
    title: 'Your cash-out could not be paid',
    body: 'The diamonds are yours again. Reason: {reason}',
  },
  'payout-failed/money': { body: 'The money is yours again. Reason: {reason}' },
  'payout-returned': {
    title: 'Your cash-out came back',
    body: 'The diamonds are yours again, and the fee too. Reason: {reason}',
  },
  'payout-returned/money': { body: 'The money is yours again, and the fee too. Reason: {reason}' },
  'payout-details-accepted': {
    title: 'Your new bank details are accepted',
    body: 'From {usableAt:day} on, we pay to the account that ends in {accountLast4}. Until then, nothing is paid by bank transfer. If you did not ask for this, contact support now.',
  },
  'payout-details-refused': {
    title: 'Your new bank details were not accepted',
    body: 'Your old ones stay. Reason: {reason}',
  },
  'earnings-reversed': {
    title: 'Diamonds were taken back',
    body: {
      by: 'diamonds',
      one: 'A payment behind gifts or subscriptions that you received was refunded or disputed. {diamonds} diamond was taken back.',
      other:
        'A payment behind gifts or subscriptions that you received was refunded or disputed. {diamonds} diamonds were taken back.',
    },
  },
  'earnings-reversed/exchange': {
    title: 'An exchange was undone',
    body: 'You had exchanged diamonds that were taken back. Coins of that exchange: {coins}. Diamonds that you have instead: {diamonds}.',
  },
  'earnings-restored': {
    title: 'Diamonds were given back',
    body: {
      by: 'diamonds',
      one: 'A payment behind gifts or subscriptions that you received stands after all. You have {diamonds} diamond back.',
      other:
        'A payment behind gifts or subscriptions that you received stands after all. You have {diamonds} diamonds back.',
    },
  },
  'earnings-restored/exchange': {
    title: 'An exchange was carried out again',
    body: 'Diamonds that had been taken back returned. Diamonds exchanged again: {diamonds}. Coins that you have for them: {coins}.',
  },
  'target-reached': {
    title: 'You reached a target',
    body: {
      by: 'diamonds',
      one: 'You earned {diamonds} diamond for it.',
      other: 'You earned {diamonds} diamonds for it.',
    },
  },
  ticket: { title: 'We are looking at your ticket again: {number}', body: '{subject}.' },
  'ticket/pending': { title: 'Support is waiting for you: {number}' },
  'ticket/resolved': {
    title: 'Your ticket is resolved: {number}',
    body: '{subject}. If something is left, reply to it.',
  },
  'ticket/closed': { title: 'Your ticket is closed: {number}', body: '{subject}. If something is left, reply to it.' },
  'ticket/merged': { title: 'Your ticket was merged: {number}', body: '{subject}. We answer it with {into}.' },
  'ticket/file-removed': {
    title: 'We removed an attachment: {number}',
    body: 'The virus scanner found something in {file}. If you need to show it, send it in another form.',
  },
  'ticket-reply': { title: 'Support answered your ticket: {number}', body: '{excerpt}' },
  'purchase-processing': {
    title: 'Your payment is on its way',
    body: {
      by: 'coins',
      one: 'Your {coins} coin will be in your wallet once it arrives, which can take some days.',
      other: 'Your {coins} coins will be in your wallet once it arrives, which can take some days.',
    },
  },
  'purchase-failed': {
    title: 'Your payment did not arrive',
    body: 'No coins were bought. Start another purchase if you still want them.',
  },
  'purchase-paid': {
    title: 'Your coins have arrived',
    body: { by: 'coins', one: '{coins} coin is in your wallet.', other: '{coins} coins are in your wallet.' },
    lostCode: 'The code {lostCode} could no longer be used when your payment arrived, so it added no coins.',
    rewardCode: 'Discount code for your next purchase: {rewardCode}.',
  },
  'purchase-reversed': {
    title: 'Coins were taken back',
    body: {
      by: 'coins',
      one: 'A payment was refunded or disputed, so {coins} coin was taken back.',
      other: 'A payment was refunded or disputed, so {coins} coins were taken back.',
    },
  },
  'purchase-restored': {
    title: 'Coins were given back',
    body: {
      by: 'coins',
      one: 'A refund failed or a dispute was settled, so {coins} coin is back in your wallet.',
      other: 'A refund failed or a dispute was settled, so {coins} coins are back in your wallet.',
    },
  },
  'webhook-waiting': {
    title: 'Events of providers that wait for you: {count}',
    body: 'They could not be applied as they are. Look at them and decide.',
  },
  'payouts-stuck': { title: 'Cash-outs wait for you' },
  'report-waiting': { title: 'Reports that wait for you: {count}', body: 'Look at the evidence and decide.' },
  'appeal-waiting': {
    title: 'Appeals that wait for you: {count}',
    body: 'Someone disagrees with a decision about them.',
  },
  'ticket-waiting': { title: 'Tickets that wait for you: {count}', body: 'Someone asks support for help.' },
  'application-waiting': {
    title: 'Creator applications that wait for you: {count}',
    body: 'Someone wants to become a creator.',
  },
  'application-waiting/guide-application': {
    title: 'Guide applications that wait for you: {count}',
    body: 'Someone wants to become a guide.',
  },
  'payout-waiting': { title: 'Cash-outs that wait for you: {count}', body: 'A creator asked for a cash-out.' },
  'payout-waiting/payout-details': {
    title: 'Bank details that wait for you: {count}',
    body: 'A creator asked to be paid to another bank account.',
  },
  'payout-waiting/refused': {
    body: "The payout provider refuses because of the platform's own account. It says: {words}",
  },
  'payout-waiting/unknown': {
    body: 'The provider does not say whether it sent a cash-out. Find out, then decide.',
  },
  health: { title: 'Parts of the platform that need you: {count}', body: 'Read GET /health/detailed.' },
  'ticket-assigned': { title: 'You have a new ticket: {number}' },
  'ticket-assigned/replied': { title: 'A user replied to your ticket: {number}' },
  'ticket-assigned/merged': { title: 'A question was merged into your ticket: {number}' },
  'ticket-assigned/file-removed': { title: 'An attachment was infected and removed: {number}' },
  decision: { title: 'You have been warned', body: '{reason}' },
  'decision/remove': { title: 'Something of yours was removed' },
  'decision/timeout': { title: 'Your account is suspended' },
  'decision/ban': { title: 'Your account is banned' },
  'decision/lift': { title: 'Your account is active again' },
  'decision/reject': { title: 'Your application was not approved' },
  'decision/withdraw': { title: 'Your approval was withdrawn' },
  'decision/suspension-over': {
    title: 'Your account is active again',
    body: 'Your suspension is over. You can sign in again.',
  },
  'decision/guide-suspended': { title: 'Your approval as a guide is suspended' },
  'decision/appeal-accepted': { title: 'Your appeal was accepted: the decision is reversed' },
  'decision/appeal-rejected': { title: 'Your appeal was not accepted' },
  'report-outcome': {
    title: 'Reports of yours that we acted on: {count}',
    body: 'Thank you. What you reported broke our rules.',
  },
  'report-outcome/dismissed': {
    title: 'Reports of yours that we reviewed: {count}',
    body: 'We found that it does not break our rules.',
  },
  'support-message': {
    title: 'New messages from support: {count}',
    body: 'Open the chat with support to read and answer them.',
  },
  'chat-waiting': {
    title: 'Support chats that wait for an answer: {count}',
    body: 'A user wrote to support. Open the chat and answer.',
  },
  'stream-stopped': { title: 'Our staff ended your stream', body: '{what}' },
  'stream-stopped/cancelled': { title: 'Our staff cancelled your stream' },
  'stream-stopped/room-closed': { title: 'Our staff closed your room' },
  'stream-stopped/reason': { body: '{reason}' },
  'track-ready': { title: 'Your track is ready', body: 'You can play {trackTitle} now.' },
  'track-rejected': { title: 'We could not accept your track', body: '{trackTitle}' },
  'track-rejected/duplicate': { body: '{trackTitle}: Your library already has this file.' },
  'track-rejected/mislabelled': {
    body: '{trackTitle}: The file’s content does not match its type. Export it again as MP3, M4A, FLAC, Ogg or WAV.',
  },
  'track-rejected/damaged': { body: '{trackTitle}: The file is damaged and cannot be read. Export it again.' },
  'track-rejected/truncated': { body: '{trackTitle}: The file ends before its sound does. Upload it again.' },
  'track-rejected/no-duration': { body: '{trackTitle}: The file does not say how long it is. Export it again.' },
  'track-rejected/tags-too-large': {
    body: '{trackTitle}: The tags of this file are too large. Remove large pictures from them.',
  },
  'track-rejected/too-large-to-scan': {
    body: '{trackTitle}: The file is too large for the virus scanner. Upload a smaller one.',
  },
  'track-rejected/claimed': {
    body: '{trackTitle}: You deleted this file while a claim about it was open. You can upload it again once the claim is dismissed.',
  },
  'track-infected': {
    title: 'We deleted an infected track',
    body: '{trackTitle}: The virus scanner found something in it, so we deleted it.',
  },
  'order-paid': {
    title: 'Your order is paid',
    body: {
      by: 'quantity',
      one: '“{productTitle}”: The seller will ship it.',
      other: '{quantity} × “{productTitle}”: The seller will ship it.',
    },
  },
  'order-paid/digital': {
    body: {
      by: 'quantity',
      one: '“{productTitle}”: You can download it now.',
      other: '{quantity} × “{productTitle}”: You can download it now.',
    },
  },
  'order-received': {
    title: 'You sold something',
    body: {
      by: 'quantity',
      one: '“{productTitle}” was bought. Ship it soon.',
      other: '{quantity} × “{productTitle}” was bought. Ship it soon.',
    },
  },
  'order-received/digital': {
    body: {
      by: 'quantity',
      one: '“{productTitle}” was bought.',
      other: '{quantity} × “{productTitle}” was bought.',
    },
  },
  'order-fulfilled': { title: 'Your order is on its way', body: '“{productTitle}” was sent.' },
  'order-fulfilled/carrier': { body: '“{productTitle}” was sent with {carrier}.' },
  'order-fulfilled/tracking': { tracking: 'Tracking: {tracking}.' },
  'order-reminder': {
    title: 'An order waits to be shipped',
    body: '“{productTitle}” was paid a week ago. If you do not ship it within another week, the buyer gets the money back.',
  },
  'order-cancelled': { title: 'An order was cancelled' },
  'order-cancelled/by-buyer': { because: '“{productTitle}”: The buyer cancelled it.' },
  'order-cancelled/by-seller': { because: '“{productTitle}”: The seller cancelled it.' },
  'order-cancelled/by-staff': { because: '“{productTitle}”: The platform cancelled it.' },
  'order-cancelled/by-system': { because: '“{productTitle}”: It was not shipped in time.' },
  'order-cancelled/to-buyer': { next: 'Your money is on its way back.' },
  'order-cancelled/to-seller': { next: 'Do not ship it. The money goes back.' },
  'order-cancelled/no-stock': {
    because: {
      by: 'quantity',
      one: 'The payment for “{productTitle}” arrived when no piece was left.',
      other: 'The payment for {quantity} × “{productTitle}” arrived when no piece was left.',
    },
    buyer: 'You get your money back.',
    seller: 'The buyer gets the money back.',
  },
  'order-refunded': {
    title: 'You get money back',
    body: '{money} for “{productTitle}” is on its way to you. Reason: {reason}',
  },
  'order-refund-failed': {
    title: 'A refund failed',
    body: 'The payment provider could not give back {money} for “{productTitle}”. Try again, or ask support.',
  },
  'order-problem': {
    title: 'A buyer reports a problem',
    body: '“{productTitle}”: read what is wrong, and answer within three days.',
  },
  'order-problem-answered': {
    title: 'The seller answered',
    body: '“{productTitle}”: read the answer. If it settles the problem, confirm the order.',
  },
  'order-problem-resolved': {
    title: 'A problem with an order is resolved',
    body: '“{productTitle}”: {resolution}',
  },
  'order-problem-resolved/confirmed': {
    body: '“{productTitle}”: the buyer confirmed that the order is as it should be.',
  },
  'sale-reversed': {
    title: 'Money of a sale was taken back',
    body: 'The payment for “{productTitle}” was refunded or disputed, so {money} was taken from your sales.',
  },
  'sale-restored': {
    title: 'Money of a sale was given back',
    body: 'A refund of “{productTitle}” failed or a dispute was settled, so {money} is in your sales again.',
  },
  'stock-offered': {
    title: 'You can buy it now',
    body: 'A piece of “{productTitle}” is kept for you for two minutes.',
  },
  'product-approved': { title: 'Your product is on sale', body: '“{productTitle}” can be bought now.' },
  'product-refused': { title: 'Your product was not approved', body: '“{productTitle}”: {reason}' },
  'product-waiting': {
    title: 'Products that wait for you: {count}',
    body: 'A seller wants to put a product on sale.',
  },
  'product-waiting/order-problem': {
    title: 'Problems with orders that wait for you: {count}',
    body: 'A buyer and a seller do not agree.',
  },
  'product-waiting/unanswered': { body: 'A seller has not answered a buyer for three days.' },
  'product-waiting/order-refund': {
    title: 'Refunds of cancelled orders that failed: {count}',
    body: 'A buyer still waits for the money of a cancelled order. Refund it again.',
  },
  'moderator-named': {
    title: '{actor} made you a moderator',
    body: 'You can delete messages in their chat, and time out or ban viewers.',
  },
  'unban-request': { title: '{actor} asks you to lift their ban', body: '{excerpt}' },
  'unban-decided': { title: 'Your request was answered', answer: 'They wrote: {answer}' },
  'unban-decided/accepted': { title: 'You can join again', body: 'The moderators lifted your ban.' },
  'unban-decided/refused': {
    title: 'Your request was refused',
    body: 'The moderators did not lift your ban. You can ask again in a week.',
  },
} as const satisfies AllPieces;

const IF_NOT_YOU = "If this wasn't you, reset your password now and contact support.";

const mails = {
  otp: {
    text: "Hi {username},\n\n{what}: {code}\n\nIt expires in ten minutes and works once. Footlight staff will never ask for it.\nIf you didn't request this code, you can ignore this email.\n",
    'email-verification': 'Your code to verify this address',
    'sign-in': 'Your code to sign in',
    'forget-password': 'Your code to reset your password',
  },
  verifyLink: {
    subject: 'Verify your email address',
    text: 'Hi {username},\n\nSomeone signed up for Footlight with this email address. If this was you, open this link within a day to verify the address:\n\n{link}\n\nIf this wasn\'t you, open the link and choose "This wasn\'t me", or ignore this email. The account will be deleted after seven days.\n',
  },
  verifyReminder: {
    subject: 'Verify your email address to keep your account',
    text: "Hi {username},\n\nYour email address isn't verified yet. If you don't verify it, your Footlight account will be deleted on {until:day}. Open this link before then to keep it:\n\n{link}\n\nIf you didn't sign up, open the link and choose \"This wasn't me\", or ignore this email.\n",
  },
  addressTaken: {
    subject: 'You already have an account',
    text: "Hi {username},\n\nSomeone tried to sign up for Footlight with this email address, which already has an account. Nothing has changed.\n\nIf this was you, sign in instead, or reset your password if you've forgotten it. If this wasn't you, you can ignore this email. We send it at most once a day.\n",
  },
  addressBanned: {
    subject: 'You cannot sign up with this address yet',
    text: "Hi,\n\nSomeone tried to sign up for Footlight with this email address. An account with it was deleted while it was banned, so it can't be used for a new account before {until:day}.\n\nIf this wasn't you, you can ignore this email. We send it at most once a day.\n",
  },
  owner: {
    subject: 'You are now the owner of this platform',
    text: "Hi {username},\n\nYou verified the address that is set as this platform's owner, so your account is now its owner and can do everything that staff can.\n\nIf this wasn't you, change OWNER_EMAIL and reset your password now. That signs you out on every device.\n",
  },
  emailCode: {
    subject: 'Your code to use this address',
    text: "Hi,\n\nThe Footlight user {username} wants to use this address for their account. If this was you, enter this code within an hour: {code}\n\nIt works once. Footlight staff will never ask for it.\nIf this wasn't you, ignore this email. Nothing changes without the code.\n",
  },
  emailChangeAsked: {
    subject: 'Someone asked to change your email address',
    text: "Hi {username},\n\nSomeone asked to change your account's email address to {newEmail} on {at:minute}, with {device}. It changes once they enter the code that we sent there.\n\nIf this was you, you don't need to do anything here. If it wasn't, reset your password now: that cancels the change and signs you out on every device. Then contact support.\n",
  },
  emailChanged: {
    subject: 'Your email address was changed',
    text: "Hi {username},\n\nYour account's email address was changed to {newEmail} on {at:minute}. Codes and links that we sent to this address no longer work, and you were signed out everywhere else.\n\nIf this wasn't you, contact support now and tell them about this email.\n",
  },
  newAddress: {
    subject: 'This is now your email address',
    text: "Hi {username},\n\nThis has been the email address of your account since {at:minute}. Sign in with it from now on. You were signed out everywhere else.\n\nIf this wasn't you, contact support.\n",
  },
  addressInUse: {
    subject: 'This address already has an account',
    text: "Hi {username},\n\nSomeone tried to use this email address for another Footlight account, but it already has one. Nothing has changed.\n\nIf this was you, sign in with this address instead. If this wasn't you, you can ignore this email. We send it at most once a day.\n",
  },
  resetLink: {
    subject: 'Reset your password',
    text: "Hi {username},\n\nOpen this link within 30 minutes to choose a new password:\n\n{link}\n\nIf you didn't request this, you can ignore this email. Your password stays the same.\n",
  },
  passwordChanged: {
    subject: 'Your password was changed',
    text: `Hi {username},\n\nYour password was changed on {at:minute}, and you were signed out {where}.\n\n${IF_NOT_YOU}\n`,
    everywhere: 'everywhere',
    'everywhere-else': 'everywhere else',
  },
  twoFactor: {
    text: `Hi {username},\n\n{change} on {at:minute}, with {device}.\n\n${IF_NOT_YOU}\n`,
    on: 'Two-factor authentication was turned on',
    off: 'Two-factor authentication was turned off',
    'new-codes': 'Your backup codes were replaced',
  },
  signIn: {
    subject: 'New sign-in to your account',
    text: "Hi {username},\n\nSomeone signed in to your account from a new device on {at:minute}, with {device}.\n\nIf this was you, you don't need to do anything. If it wasn't, reset your password now. That signs you out on every device.\n",
  },
  deletionPlanned: {
    subject: 'Your account will be deleted',
    text: "Hi {username},\n\nAs you asked, we'll delete your account on {at:day}. You were signed out everywhere.\n\nChanged your mind? Sign in before that day to keep your account. After that, nobody can restore it.\n\nIf this wasn't you, sign in now, choose a new password and contact support.\n",
  },
  deletionCancelled: {
    subject: "Your account won't be deleted",
    text: `Hi {username},\n\nYou signed in, so we won't delete your account.\n\n${IF_NOT_YOU}\n`,
  },
  exportReady: {
    subject: 'Your data is ready',
    text: "Hi {username},\n\nThe copy of your data that you requested on {requestedAt:day} is ready. You can download it here until {expiresAt:day}, or until you request a new copy:\n\n{url}\n\nAnyone who has this link can read your data, so don't share it.\n\nIf you didn't request this, choose a new password now and contact support.\n",
  },
  bankDetails: {
    subject: 'New bank details for your cash-outs',
    text: `Hi {username},\n\nOn {at:minute}, you asked us to pay your cash-outs to the bank account that ends in {last4}. Our staff will review it. If they accept it, we use it seven days later, and pay nothing by bank transfer until then.\n\n${IF_NOT_YOU}\n`,
  },
  notification: {
    text: 'Hi {username},\n\n{text}\n\nChoose which emails you get in your settings.\n',
    linked: 'Hi {username},\n\n{text}\n\nChoose which emails you get in your settings: {url}\n',
  },
  digest: { subject: 'Work waits for you' },
} as const;

export const en = {
  notifications,
  mails,
  /** For a name that is not shown. */
  someone: 'Someone',
  aCreator: 'a creator',
  /** Reasons that the platform itself gives. Rows keep them in English, by which they are found here. */
  reasons: {
    refunded: 'The order was refunded.',
    unshipped: 'The order was not shipped in time.',
    cancelledByBuyer: 'The buyer cancelled the order.',
    noPiece: 'No piece was left when the payment arrived.',
    reversed: 'The transfer was reversed. Check your payout account before you ask again.',
    notAccepted: 'The payout provider could not send it to your account. Check the account before you ask again.',
    banned: 'Your account is banned or suspended. You can ask again once it is active.',
    inDebt:
      'A payment was taken back, and you owe coins, diamonds or money from sales. What comes back to you pays it first, then you can ask again.',
    noLongerCreator: 'Your account can no longer be paid.',
    removedByStaff: 'Staff removed it because it breaks the rules of the house.',
  },
  devices: {
    both: '{app} {system}',
    app: 'an app',
    unknown: 'an unknown app',
    systems: {
      iphone: 'on an iPhone',
      ipad: 'on an iPad',
      android: 'on Android',
      windows: 'on Windows',
      chromeos: 'on ChromeOS',
      mac: 'on a Mac',
      linux: 'on Linux',
    },
  },
  /** For the reader's open rooms alone. */
  blocks: { blocked: 'You blocked someone', unblocked: 'You unblocked someone' },
  /** For those in a room whom a message names or answers. */
  chat: { mention: '{actor} mentioned you', reply: '{actor} replied to you' },
} as const;
