// ioredis (RESP2) and node-redis (RESP2 and RESP3) against a running server: node ioredis.js PORT.
const assert = require('node:assert');
const Redis = require('ioredis');
const { createClient } = require('redis');

async function withIoredis(port) {
  const client = new Redis({ port, connectionName: 'story' });
  await client.flushall();
  assert.equal(await client.set('k', 'v', 'EX', 100, 'NX'), 'OK');
  assert.equal(await client.set('k', 'w', 'NX'), null);
  assert.equal(await client.get('k'), 'v');
  assert.ok((await client.ttl('k')) > 90);
  const replies = await client.multi().set('a', 1).incr('a').incr('k').exec();
  assert.deepEqual(replies.slice(0, 2), [[null, 'OK'], [null, 2]]);
  assert.match(replies[2][0].message, /not an integer/);
  const piped = await client.pipeline().get('a').getBuffer('k').exec();
  assert.deepEqual(piped.map(([, value]) => String(value)), ['2', 'v']);
  assert.equal(await client.client('GETNAME'), 'story');
  const found = [];
  for await (const keys of client.scanStream({ match: '*', count: 1 })) found.push(...keys);
  assert.deepEqual([...new Set(found)].sort(), ['a', 'k']);
  client.disconnect();
}

async function withNodeRedis(port, RESP) {
  const client = createClient({ socket: { port }, RESP });
  await client.connect();
  await client.flushAll();
  assert.equal(await client.set('k', 'v', { PX: 100000 }), 'OK');
  assert.equal(await client.get('k'), 'v');
  assert.equal(await client.incrByFloat('f', 10.5), '10.5');
  assert.deepEqual(await client.mGet(['k', 'missing']), ['v', null]);
  assert.deepEqual(await client.multi().set('a', '1').incr('a').exec(), ['OK', 2]);
  assert.equal((await client.configGet('maxmemory')).maxmemory, '0');
  await client.close();
}

(async () => {
  const port = Number(process.argv[2]);
  await withIoredis(port);
  for (const version of [2, 3]) await withNodeRedis(port, version);
  console.log('ok');
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
