// A MessagePort as a channel, with real ports.

import { expect, it } from 'vitest';
import { connect } from '../../engine/contract/rpc.ts';
import { portChannel } from './electron-host.ts';

it('a call goes over the port and its answer comes back', async () => {
  const { port1, port2 } = new MessageChannel();
  port2.addEventListener('message', ({ data }: MessageEvent<{ id: number }>) =>
    port2.postMessage({ id: data.id, result: [] }),
  );
  port2.start();
  const client = connect(portChannel(port1));
  expect(await client.call('profiles.list', {})).toEqual([]);
  client.close();
});

it('closing the port fails the calls under way, because nobody will answer them', async () => {
  const { port1 } = new MessageChannel();
  const channel = portChannel(port1);
  const call = connect(channel).call('status', {});
  channel.close();
  await expect(call).rejects.toMatchObject({ code: 'engine-gone' });
});
