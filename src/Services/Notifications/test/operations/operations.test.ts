import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { WebhookBroker } from '../../src/brokers/webhook.js';
import { createOperations } from '../../src/operations/createOperations.js';
import { groupByCause } from '../../src/operations/parkedCauses.js';
import { mapPreferences } from '../../src/operations/preferences.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { Service } from '../../src/service.js';
import { readSettings } from '../../src/settings/readSettings.js';
import { binary, buyer, order, someId } from '../some/events.js';
import { someDatabase, someFolder } from '../some/store.js';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
let key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
let publicPem: string;
let users: ReturnType<typeof createServer>;
let usersAddress = '';
const erasedOne = someId();

/** Users publishes its keys, and what has ended. */
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  publicPem = await exportSPKI(pair.publicKey);
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
  users = createServer((request, response) => {
    const told = request.url === '/internal/erased' ? [erasedOne]
      : request.url?.startsWith('/internal/ended') ? [{ id: 'ended', at: new Date().toISOString() }]
      : { keys: [jwk] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(told));
  });
  await new Promise<void>((resolve) => users.listen(0, '127.0.0.1', resolve));
  usersAddress = `http://127.0.0.1:${(users.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => users.close(resolve)));

function token(role: string, scope: string, change: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ sub: buyer, role, scope, iss: 'http://127.0.0.1:8080/', aud: 'tessera', ...change })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }).setExpirationTime('5m').sign(key);
}

const operatorsToken = () => token('operator', 'messaging.read');
const minutes = (count: number) => Math.floor(Date.now() / 1_000) + count * 60;
const encoded = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** An operator's token with another header, key or times. */
async function signed(
  header: Record<string, string>, by: Parameters<SignJWT['sign']>[0] = key,
  times = { nbf: minutes(-1), exp: minutes(5) },
): Promise<string> {
  const claims = { sub: buyer, role: 'operator', scope: 'messaging.read' };
  const store = { iss: 'http://127.0.0.1:8080/', aud: 'tessera' };
  return new SignJWT({ ...claims, ...store, ...times })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt', ...header }).sign(by);
}

/** The operator's claims under a header that says no algorithm. */
async function unsigned(signature: string): Promise<string> {
  const claims = (await operatorsToken()).split('.')[1];
  return `${encoded({ alg: 'none', kid: 'k', typ: 'at+jwt' })}.${claims}.${signature}`;
}

/** A customer's signature under claims that say operator. */
async function raised(): Promise<string> {
  const [header, claims, signature] = (await token('customer', 'messaging.read')).split('.');
  const said = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()) as Record<string, unknown>;
  return `${header}.${encoded({ ...said, role: 'operator' })}.${signature}`;
}

async function running() {
  const [database, folder] = [someDatabase(), someFolder()];
  const settings = readSettings({
    Tessera__DataDirectory: folder, Database__File: join(folder, 'x.db'), Notifications__Users: usersAddress,
    Notifications__WebhookSecret: secret, Notifications__LogLevel: 'error',
  });
  const links = await StopLinks.load(database, settings.publicUrl);
  const log = pino({ level: 'silent' });
  const service = new Service(settings, database, links, log, () => new Date(), { find: () => Promise.resolve(null) });
  const server: FastifyInstance = createOperations(service, log, [mapPreferences]);
  service.start();
  onTestFinished(async () => {
    await server.close();
    await service.stop();
  });
  const call = async (method: 'GET' | 'PUT' | 'POST', url: string, bearer?: string, body?: unknown) => {
    const answer = await server.inject({
      method, url,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), 'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, text: answer.body, headers: answer.headers, json: () => answer.json<any>() };
  };
  return { database, service, server, call, links };
}

describe('anybody', () => {
  test('sees that it lives, is ready, and what it counts', async () => {
    const { call } = await running();
    expect((await call('GET', '/health/live')).json()).toMatchObject({ status: 'Healthy', processId: process.pid });
    expect((await call('GET', '/health/ready')).json()).toMatchObject({ status: 'Healthy' });
    expect((await call('GET', '/metrics')).text).toContain('notifications_mails_waiting 0');
  });
  test('counts what is parked under the names that alerts know, and says when it cannot', async () => {
    const { call, database, service } = await running();
    await service.take([binary({ data: {}, key: 'k' }), binary({ key: 'k' })]);
    const told = async () => (await call('GET', '/metrics')).text.split('\n')
      .filter((line) => /^tessera_messaging_(parked|store)/.test(line)).sort();
    const of = 'messaging_destination_name="notifications"';
    expect(await told()).toEqual([
      `tessera_messaging_parked_keys{${of}} 1`, `tessera_messaging_parked_messages{${of}} 2`,
      `tessera_messaging_store_readable{${of}} 1`,
    ]);
    await database.change('alter table parked rename to elsewhere');
    expect(await told()).toEqual([`tessera_messaging_store_readable{${of}} 0`]);
  });
  test('is told that it is about to stop, and still that it lives', async () => {
    const { call, service } = await running();
    service.isStopping = true;
    const ready = await call('GET', '/health/ready');
    expect([ready.status, ready.json().checks.stop.status]).toEqual([503, 'Unhealthy']);
    expect((await call('GET', '/health/live')).status).toBe(200);
  });
  test('is told what is wrong as a problem', async () => {
    const { call } = await running();
    const nowhere = await call('GET', '/nowhere');
    expect([nowhere.status, nowhere.headers['content-type']]).toEqual([404, expect.stringContaining('problem+json')]);
    const refused = await call('GET', '/messaging/status');
    expect(refused.json()).toEqual({
      type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'It needs an access token.',
    });
    expect(refused.headers['www-authenticate']).toBe('Bearer');
  });
});

test.each([
  ['of an erased account', 'account does not exist any more', { sub: erasedOne }],
  ['of a sign-in that has ended', 'sign-in has ended', { oi_au_id: 'ended' }],
  ['that was ended itself', 'sign-in has ended', { oi_au_id: 'another', oi_tkn_id: 'ended' }],
])('A token %s is refused, whatever it was given for', async (_, why, claims) => {
  const { call, service } = await running();
  await expect.poll(() => service.ended.refusalOf({ sub: erasedOne }), { timeout: 50_000 }).not.toBeNull();
  await expect.poll(() => service.ended.refusalOf({ oi_au_id: 'ended' }), { timeout: 50_000 }).not.toBeNull();
  for (const [path, role, scope] of [
    ['/messaging/status', 'operator', 'messaging.read'], ['/notifications/preferences', 'customer', 'users.read'],
  ] as const) {
    const answer = await call('GET', path, await token(role, scope, claims));
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    expect(answer.json().detail).toBe(`The access token is refused: its ${why}.`);
    expect((await call('GET', path, await token(role, scope, { oi_au_id: 'another' }))).status).toBe(200);
  }
});

/** Who may call what, written down a second time: an entry without a row is a mistake here or there. */
const rows: Record<string, readonly [who: 'anyone' | 'operators' | 'people', scope?: string]> = {
  'GET /health/live': ['anyone'],
  'GET /health/ready': ['anyone'],
  'GET /health/started': ['anyone'],
  'GET /metrics': ['anyone'],
  'GET /messaging/status': ['operators', 'messaging.read'],
  'GET /messaging/parked': ['operators', 'messaging.read'],
  'GET /messaging/parked/causes': ['operators', 'messaging.read'],
  'GET /messaging/parked/acts': ['operators', 'messaging.read'],
  'POST /messaging/parked/replay': ['operators', 'messaging.write'],
  'POST /messaging/parked/discard': ['operators', 'messaging.write'],
  'GET /notifications/preferences': ['people', 'users.read'],
  'PUT /notifications/preferences': ['people', 'users.write'],
  'GET /notifications/unsubscribe': ['anyone'], // The link's signature says whose mails they are.
  'POST /notifications/unsubscribe': ['anyone'],
  'POST /webhooks/tessera': ['anyone'], // Its signature says who.
};

test('Each entry opens to those of its row and to nobody else', async () => {
  const { server, call } = await running();
  expect(entriesOf(server)).toEqual(Object.keys(rows).sort());
  for (const [entry, [who, scope]] of Object.entries(rows)) {
    if (scope === undefined) continue;
    const [method, path] = entry.split(' ') as ['GET' | 'PUT' | 'POST', string];
    const status = async (bearer?: string) =>
      (await call(method, path, bearer, method === 'GET' ? undefined : {})).status;
    expect(await status(), entry).toBe(401);
    expect(await status('nonsense'), entry).toBe(401);
    expect(await status(await token('operator', 'openid orders.read')), entry).toBe(403);
    const asCustomer = await status(await token('customer', scope));
    if (who === 'operators') expect(asCustomer, entry).toBe(403);
    else expect([401, 403], entry).not.toContain(asCustomer);
    const asMachine = await status(await token('machine', scope));
    if (who === 'operators') expect([401, 403], entry).not.toContain(asMachine);
    else expect(asMachine, entry).toBe(403);
  }
});

/** Such as GET /messaging/status; HEAD goes wherever GET does. */
function entriesOf(server: FastifyInstance): string[] {
  const above: string[] = [];
  return server.printRoutes({ commonPrefix: false }).split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^([│ ]*)[├└]── (\S+)(?: \((.+)\))?/u.exec(line) ?? [];
    if (indent === undefined || part === undefined) return [];
    const depth = indent.length / 4;
    above[depth] = (above[depth - 1] ?? '') + part;
    return (methods?.split(', ') ?? []).filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${above[depth]}`);
  }).sort();
}

describe('operators alone', () => {
  const parkTwo = ({ service }: Awaited<ReturnType<typeof running>>) =>
    service.take([binary({ data: {}, key: 'k' }), binary({ key: 'k' })]);

  test.each([
    ['without a token', 401, () => Promise.resolve(undefined)],
    ['as a customer', 403, () => token('customer', 'messaging.read')],
    ['without the scope', 403, () => token('operator', 'orders.read')],
    ['of another store', 401, () => token('operator', 'messaging.read', { iss: 'http://elsewhere/' })],
    ['for another audience', 401, () => token('operator', 'messaging.read', { aud: 'other' })],
    ['that has expired', 401, () => signed({}, key, { nbf: minutes(-20), exp: minutes(-5) })],
    ['that is not valid yet', 401, () => signed({}, key, { nbf: minutes(5), exp: minutes(20) })],
    ['of another type', 401, () => signed({ typ: 'JWT' })],
    ['of no algorithm', 401, () => unsigned('')],
    ['of no algorithm and with a signature', 401, async () => unsigned((await operatorsToken()).split('.')[2] ?? '')],
    ['signed with the public key as a secret', 401, () => signed({ alg: 'HS256' }, Buffer.from(publicPem))],
    ['that was tampered with', 401, raised],
    ['of a stranger\'s key under the name of ours', 401, async () =>
      signed({}, (await generateKeyPair('ES256')).privateKey)],
    ['as it is signed here', 200, () => signed({})],
    ['as a machine with the scope', 200, () => token('machine', 'messaging.read')],
    ['as an operator', 200, () => token('operator', 'messaging.read')],
  ] as const)('see messages: %s it answers %i', async (_, status, bearer) => {
    const { call } = await running();
    for (const path of ['status', 'parked', 'parked/causes', 'parked/acts'].map((each) => `/messaging/${each}`)) {
      expect((await call('GET', path, await bearer())).status, path).toBe(status);
    }
  });

  test('see what is parked, page by page and by cause', async () => {
    const all = await running();
    await parkTwo(all);
    const bearer = await token('operator', 'messaging.read');
    const first = (await all.call('GET', '/messaging/parked?limit=1', bearer)).json();
    expect(first.items).toMatchObject([{ key: 'k', attempts: 1, data: {}, stream: 'orders' }]);
    const second = (await all.call('GET', `/messaging/parked?limit=1&after=${first.next}`, bearer)).json();
    expect([second.items[0].attempts, second.next]).toEqual([0, null]);
    const [none, most] = await Promise.all(
      [0, 5_000].map((limit) => all.call('GET', `/messaging/parked?limit=${limit}`, bearer)));
    expect([none?.json().items.length, most?.json().items.length]).toEqual([1, 2]);
    expect((await all.call('GET', '/messaging/parked?limit=many', bearer)).status).toBe(400);
    expect((await all.call('GET', '/messaging/parked/causes', bearer)).json().causes).toMatchObject([
      { messages: 1, keys: 1, followers: 1, stream: 'orders' },
    ]);
    expect((await all.call('GET', '/messaging/status', bearer)).json()).toMatchObject({
      service: 'notifications', broker: 'webhook', parked: { keys: 1, messages: 2 },
    });
  });

  test('see as one cause what differs in ids and numbers alone, and a body that says something', async () => {
    const all = await running();
    const of = (specversion: string, key: string) =>
      ({ ...binary({ key }), attributes: new Map([...binary({ key }).attributes, ['specversion', specversion]]) });
    await all.service.take([of('2.0', 'a'), of('2.7', 'b'), of('2.7', 'b'), binary({ key: 'b' })]);
    const bearer = await token('operator', 'messaging.read');
    expect((await all.call('GET', '/messaging/parked/causes', bearer)).json()).toMatchObject({
      causes: [{ cause: 'It is of CloudEvents *; expected *.', messages: 2, keys: 2, followers: 2 }], isWhole: true,
    });
    expect((await groupByCause(all.database, 3)).isWhole).toBe(false);
    const path = `/messaging/parked?cause=${encodeURIComponent('It is of CloudEvents *; expected *.')}`;
    const { items } = (await all.call('GET', path, bearer)).json();
    expect(items.map((item: { data: { order: string } }) => item.data.order)).toEqual([order, order]);
  });

  test('replay a key as a whole, whichever of its messages they name', async () => {
    const all = await running();
    await parkTwo(all);
    const follower = (await all.call('GET', '/messaging/parked', await token('operator', 'messaging.read')))
      .json().items[1].eventId;
    const bearer = await token('operator', 'messaging.write');
    const replay = { eventId: follower, expected: 2 };
    const asked = await all.call('POST', '/messaging/parked/replay', bearer, { ...replay, dryRun: true });
    expect(asked.json()).toEqual({ messages: 2, dryRun: true });
    expect((await all.call('POST', '/messaging/parked/replay', bearer, replay)).json().messages).toBe(2);
    // The first fails again; the other still waits behind it.
    await expect.poll(() => all.database.rows('select attempts, replay_at from parked order by position'))
      .toEqual([{ attempts: 2, replay_at: null }, { attempts: 0, replay_at: null }]);
  });

  test('discard what is broken, and replay what waited behind it', async () => {
    const all = await running();
    await parkTwo(all);
    const [bearer, act] = [await token('operator', 'messaging.write'), randomUUID()];
    const request = { cause: 'The field order is missing*', act, note: 'broken at its source', expected: 1 };
    const tried = await all.call('POST', '/messaging/parked/discard', bearer, { ...request, dryRun: true });
    expect(tried.json()).toEqual({ messages: 1, dryRun: true });
    for (let twice = 0; twice < 2; twice++) {
      const done = await all.call('POST', '/messaging/parked/discard', bearer, request);
      expect(done.json()).toEqual({ messages: 1, dryRun: false });
    }
    // What waited, and what comes later, waits on: nobody has said that it may go without the first.
    await all.service.take([binary({ key: 'k' })]);
    expect(await all.database.rows('select attempts, replay_at from parked order by position'))
      .toEqual([{ attempts: 0, replay_at: null }, { attempts: 0, replay_at: null }]);
    const replay = { key: 'k', expected: 2 };
    expect((await all.call('POST', '/messaging/parked/replay', bearer, replay)).json().messages).toBe(2);
    await expect.poll(() => all.database.rows('select 1 from parked')).toEqual([]);
    expect(await all.database.rows('select kind from mails'))
      .toEqual([{ kind: 'order-confirmed' }, { kind: 'order-confirmed' }]);
    const acts = (await all.call('GET', '/messaging/parked/acts', await token('operator', 'messaging.read'))).json();
    expect(acts.items).toMatchObject([
      { action: 'replay', messages: 2 }, { action: 'discard', messages: 1, by: buyer, note: 'broken at its source' },
    ]);
  });

  test('must say which, and as many as they think', async () => {
    const all = await running();
    await parkTwo(all);
    const bearer = await token('operator', 'messaging.write');
    const post = async (body: unknown) => (await all.call('POST', '/messaging/parked/replay', bearer, body)).status;
    expect(await Promise.all([{}, { keys: 'k' }, { all: true, expected: 3 }, { eventId: 'x' }].map(post)))
      .toEqual([400, 400, 409, 400]);
  });
});

/** The console and the command read these answers in a test of their own, which says where to write them. */
test('all that operators are told is told in the shapes of the other services', async () => {
  const all = await running();
  const broken = { ...binary({ key: 'b' }), body: Buffer.from('{') };
  await all.service.take([binary({ data: {}, key: 'k' }), binary({ key: 'k' }), broken, binary({ data: {}, key: 'd' })]);
  const [read, write] = [await token('operator', 'messaging.read'), await token('operator', 'messaging.write')];
  const discarded = await all.call(
    'POST', '/messaging/parked/discard', write, { key: 'd', note: 'broken at its source', act: randomUUID() });
  const answers = {
    discarded: discarded.json(),
    status: (await all.call('GET', '/messaging/status', read)).json(),
    parked: (await all.call('GET', '/messaging/parked?limit=2', read)).json(),
    unreadable: (await all.call('GET', '/messaging/parked?key=b', read)).json(),
    causes: (await all.call('GET', '/messaging/parked/causes', read)).json(),
    acts: (await all.call('GET', '/messaging/parked/acts', read)).json(),
  };
  expect(answers.parked.items).toHaveLength(2);
  const file = process.env['TESSERA_ANSWERS'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(answers));
});

describe('a person', () => {
  test('reads and changes what is told to them', async () => {
    const { call } = await running();
    const read = await token('customer', 'users.read');
    expect((await call('GET', '/notifications/preferences', read)).json()).toEqual({
      language: null, unwanted: [], canBeUnwanted: ['order-confirmed', 'order-shipped'],
    });
    const write = await token('customer', 'users.write');
    const wanted = { language: 'fr', unwanted: ['order-shipped'] };
    const changed = await call('PUT', '/notifications/preferences', write, wanted);
    expect(changed.status).toBe(200);
    expect((await call('GET', '/notifications/preferences', read)).json()).toMatchObject({
      language: 'fr', unwanted: ['order-shipped'],
    });
    for (const bad of [{ unwanted: ['order-placed'] }, { language: 'xx' }, { lang: 'de' }, []]) {
      expect((await call('PUT', '/notifications/preferences', write, bad)).status).toBe(400);
    }
  });

  test('stops a kind with one click, and not by looking', async () => {
    const { call, links, service } = await running();
    const link = new URL(links.of(buyer, 'order-shipped'));
    const path = `/notifications/unsubscribe${link.search}`;
    const page = await call('GET', path);
    expect([page.status, (await service.preferences.of(buyer)).unwanted]).toEqual([200, []]);
    expect((await call('POST', path)).status).toBe(200);
    expect((await service.preferences.of(buyer)).unwanted).toEqual(['order-shipped']);
    expect((await call('POST', path.replace(buyer, someId()))).status).toBe(404);
  });
});

describe('a public event by HTTP', () => {
  const send = async (
    server: FastifyInstance, body: string, id = `msg_${randomUUID().replaceAll('-', '')}`, signedWith = secret,
    at = new Date()) => {
    const answer = await server.inject({
      method: 'POST', url: '/webhooks/tessera', payload: body,
      headers: {
        'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': new Webhook(signedWith).sign(id, at, body), 'content-type': 'application/json',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    return answer.statusCode;
  };
  const event = (type: string, data: unknown) =>
    JSON.stringify({ type, timestamp: '2026-11-27T10:00:00+00:00', data });
  const confirmed = event('order.confirmed.v1', { order, customer: buyer });

  test('is handled once however often it is sent, under the id and in the trace of its message', async () => {
    const { server, database } = await running();
    const id = someId();
    for (let twice = 0; twice < 2; twice++) {
      expect(await send(server, confirmed, `msg_${id.replaceAll('-', '')}`)).toBe(204);
    }
    expect(await database.rows('select id, kind, key, user_id, happened_at, traceparent from mails')).toEqual([{
      id, kind: 'order-confirmed', key: order, user_id: buyer, happened_at: '2026-11-27T10:00:00.000Z',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    }]);
  });

  test('is refused when its signature is another one or old, and who brings it is told', async () => {
    const { server, database, service } = await running();
    const told = vi.spyOn(service.broker as WebhookBroker, 'refused');
    const other = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;
    expect(await send(server, confirmed, undefined, other)).toBe(401);
    expect(await send(server, confirmed, undefined, secret, new Date(Date.now() - 3_600_000))).toBe(401);
    expect(told).toHaveBeenCalledTimes(2);
    expect(await database.rows('select kind from mails')).toEqual([]);
  });

  test('of a type that nobody needs is passed over, and what cannot be read is parked', async () => {
    const { server, database } = await running();
    expect(await send(server, event('webhook.test.v1', { endpoint: someId() }))).toBe(204);
    expect(await database.rows('select reason from parked')).toEqual([]);
    const bad = ['no json', '[]', event('order.placed.v1', { order }), event('order.shipped.v1', null)];
    for (const body of bad) expect(await send(server, body)).toBe(204);
    expect((await database.rows<{ reason: string }>('select reason from parked order by position'))
      .map((row) => row.reason)).toEqual([
      "It has no attribute 'type'.", "It has no attribute 'type'.",
      expect.stringContaining('The field'), expect.stringContaining('no object'),
    ]);
    expect(await database.rows('select kind from mails')).toEqual([]);
  });

  test('that a customer was erased has nothing of them left, and nothing begun again', async () => {
    const { server, database, service } = await running();
    expect(await send(server, confirmed)).toBe(204);
    await service.preferences.put(buyer, { language: 'de', unwanted: [] });
    const other = someId();
    expect(await send(server, event('order.shipped.v1', { order: someId(), customer: other }))).toBe(204);
    expect(await send(server, event('customer.erased.v1', { customer: buyer }))).toBe(204);
    await expect.poll(() => database.rows('select user_id from mails')).toEqual([{ user_id: other }]);
    expect(await service.preferences.of(buyer)).toEqual({ language: undefined, unwanted: [] });
    expect(await send(server, event('order.shipped.v1', { order, customer: buyer }))).toBe(204);
    expect(await database.rows('select user_id from mails')).toEqual([{ user_id: other }]);
  });

  test('that is parked is handled when it is replayed', async () => {
    const all = await running();
    const body = event('order.cancelled.v1', { order, customer: buyer });
    expect(await send(all.server, body)).toBe(204);
    expect(await send(all.server, confirmed)).toBe(204); // Waits behind it.
    const answer = await all.call('POST', '/messaging/parked/discard', await token('operator', 'messaging.write'), {
      cause: 'The field reason is missing*',
    });
    expect(answer.json()).toMatchObject({ messages: 1 });
    await all.call('POST', '/messaging/parked/replay', await token('operator', 'messaging.write'), { all: true });
    await expect.poll(() => all.database.rows('select kind from mails')).toEqual([{ kind: 'order-confirmed' }]);
  });
});
