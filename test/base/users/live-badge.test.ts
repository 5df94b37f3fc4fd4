/** What a card says of its user, wherever it stands. */
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { aStream } from '#test/support/streams';
import { asCreator, asViewer } from '#test/support/users';
import { VISIBILITIES } from '@/contracts/room-command';

it.each(VISIBILITIES)('whoever is live for %s shows it to all but where it is for nobody', async (visibility) => {
  const creator = await asCreator();
  await aStream(creator, { visibility });
  for (const reader of [client(), await asViewer(), creator]) {
    const { data } = await reader.get(`search?type=users&q=${creator.username}`);
    expect(data.users.items).toMatchObject([{ id: creator.userId, isLive: visibility !== 'private' }]);
  }
});
