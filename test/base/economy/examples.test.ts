/** People who try the reference or run the Postman collection send its examples to a real platform. */
import { expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asCreator, asStaff } from '#test/support/users';

it('the examples of the economy are taken, and leave a new platform with the rates and limits that it had', async () => {
  const owner = await asStaff('owner');
  const read = async () => (await owner.get('owner/panel/economy/config')).data;
  const { body: document } = await client().get('openapi.json');
  const before = await read();
  for (const part of ['conversions', 'limits', 'targets']) {
    const path = `owner/panel/economy/${part}`;
    const { example } = document.paths[`/${path}`].put.requestBody.content['application/json'];
    expect(await owner.put(path, example), part).toMatchObject({ status: 200 });
  }
  const after = await read();
  expect([after.conversions, after.limits, after.guides]).toEqual([before.conversions, before.limits, before.guides]);
  expect(before.targets).toEqual(expect.arrayContaining(after.targets));
});

it('the examples of what the owner and creators offer are taken, and leave a chat open to everyone', async () => {
  const [owner, creator] = [await asStaff('owner'), await asCreator()];
  const { body: document } = await client().get('openapi.json');
  const exampleOf = (path: string, method: string) =>
    document.paths[`/${path}`][method].requestBody.content['application/json'].example;
  for (const path of ['owner/panel/packages', 'owner/panel/gifts', 'owner/panel/discounts'])
    expect(await owner.post(path, exampleOf(path, 'post')), path).toMatchObject({ status: 201 });
  expect(await creator.put('payment/tiers', exampleOf('payment/tiers', 'put'))).toMatchObject({ status: 200 });
  expect(await creator.put('stream/chat-settings', exampleOf('stream/chat-settings', 'put'))).toMatchObject({
    data: { isChatEnabled: true, isChatFollowersOnly: false, isChatSubscribersOnly: false, emotesOnly: false },
  });
});
