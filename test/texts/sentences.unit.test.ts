import { describe, expect, it } from 'vitest';
import type { DataOf } from '@/contracts/notification-data';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { en } from '@/texts/en';
import { LANGUAGES, speechOf } from '@/texts/languages';
import { type Named, sentenceOf } from '@/texts/sentences';

function said<K extends NotificationKind>(language: string, kind: K, data: Partial<DataOf<K>>, named: Named = {}) {
  const { title, body } = sentenceOf(speechOf(language), kind, data, named);
  return [title, body].map((text) => text.replaceAll(/[\u00a0\u202f]/g, ' '));
}

const money = { currency: 'EUR', amountMinor: 123_456 };
const order = { orderId: 'o', number: 'F-1', productTitle: 'Mug' };

describe('a sentence', () => {
  it('names the actor, or someone', () => {
    expect(said('en', 'follower', {}, { actor: 'Ada' })).toEqual(['New follower', 'Ada now follows you.']);
    expect(said('en', 'follower', {})).toEqual(['New follower', 'Someone now follows you.']);
    expect(said('de', 'follower', {}, { actor: 'Ada' })).toEqual(['Neuer Follower', 'Ada folgt dir jetzt.']);
  });

  it.each([
    [0, 'Ada liked your post', 'Ada hat deinen Beitrag mit „Gefällt mir“ markiert'],
    [1, 'Ada and 1 other liked your post', 'Ada und 1 weitere Person haben deinen Beitrag mit „Gefällt mir“ markiert'],
    [
      1_200,
      'Ada and 1,200 others liked your post',
      'Ada und 1.200 weitere Personen haben deinen Beitrag mit „Gefällt mir“ markiert',
    ],
  ])('counts %i others', (others, english, german) => {
    expect(said('en', 'like', {}, { actor: 'Ada', others })[0]).toBe(english);
    expect(said('de', 'like', {}, { actor: 'Ada', others })[0]).toBe(german);
    expect(said('en', 'like', { commentId: 'c' }, { actor: 'Ada', others })[0]).toBe(
      english.replace('post', 'comment'),
    );
  });

  it('writes money and dates as the reader does', () => {
    const told = { payoutId: 'p', money, diamonds: null, reason: 'No account.' };
    expect(said('de', 'payout-paid', told)[1]).toBe('1.234,56 € ist unterwegs auf dein Konto.');
    expect(said('en', 'payout-paid', told)[1]).toBe('€1,234.56 is on its way to your account.');
    expect(said('de', 'payout-failed', told)[1]).toBe('Das Geld gehört wieder dir. Grund: No account.');
    expect(said('de', 'payout-failed', { ...told, diamonds: 5 })[1]).toContain('Die Diamanten');
    expect(said('de', 'payout-details-accepted', { usableAt: '2026-11-30T10:00:00.000Z' })[1]).toContain(
      'Ab dem 30. November 2026 zahlen wir',
    );
  });

  it('translates the reasons that the platform itself gives, and leaves those of people', () => {
    const refunded = (reason: string) => said('de', 'order-refunded', { ...order, money, reason })[1];
    expect(refunded(en.reasons.unshipped)).toContain('Grund: Die Bestellung wurde nicht rechtzeitig verschickt.');
    expect(refunded('It broke.')).toContain('Grund: It broke.');
    expect(said('de', 'order-problem-resolved', { ...order, resolution: en.reasons.refunded })[1]).toBe(
      '„Mug“: Die Bestellung wurde erstattet.',
    );
    expect(said('en', 'order-problem-resolved', { ...order, resolution: null })[1]).toContain('the buyer confirmed');
  });

  it('says what the gift was, or that it was a tip', () => {
    const gift = { senderId: 'a', giftId: 'g', name: 'Rose', quantity: 3, coins: 1_500 };
    expect(said('en', 'gift', { gift }, { actor: 'Ada' })).toEqual(['Ada sent you gifts', '3 × Rose, for 1,500 coins']);
    expect(said('de', 'gift', { gift: { ...gift, name: null, coins: 1 } })[1]).toBe('Ein Trinkgeld von 1 Coin');
    expect(said('en', 'gift', {}, { actor: 'Ada' })).toEqual(['Ada sent you gifts', '']);
  });

  it('has what is added to it', () => {
    expect(said('en', 'purchase-paid', { coins: 50, lostCode: 'OLD', rewardCode: 'NEW' })[1]).toBe(
      '50 coins are in your wallet. The code OLD could no longer be used when your payment arrived, so it added no ' +
        'coins. Discount code for your next purchase: NEW.',
    );
    expect(said('en', 'order-fulfilled', { ...order, carrier: 'DHL', tracking: '42' })[1]).toBe(
      '“Mug” was sent with DHL. Tracking: 42.',
    );
    expect(said('en', 'order-fulfilled', { ...order, carrier: null, tracking: null })[1]).toBe('“Mug” was sent.');
    expect(said('en', 'order-cancelled', { ...order, by: 'system', to: 'buyer' })[1]).toBe(
      '“Mug”: It was not shipped in time. Your money is on its way back.',
    );
    expect(said('en', 'order-cancelled', { ...order, by: 'no-stock', to: 'seller', quantity: 2 })[1]).toBe(
      'The payment for 2 × “Mug” arrived when no piece was left. The buyer gets the money back.',
    );
  });

  it('never says an unknown name or a missing field', () => {
    const kinds = Object.keys(en.notifications).filter((key) => !key.includes('/')) as NotificationKind[]; // its own keys
    for (const language of LANGUAGES)
      for (const kind of kinds) {
        const { title, body } = sentenceOf(speechOf(language), kind, {});
        expect([kind, title]).not.toEqual([kind, '']);
        expect(`${title} ${body}`).not.toMatch(/undefined|null|NaN|[{}]/);
      }
  });
});
