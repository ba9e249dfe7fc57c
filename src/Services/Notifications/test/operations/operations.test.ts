import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createOperations } from '../../src/operations/createOperations.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { Service } from '../../src/service.js';
import { readSettings } from '../../src/settings/readSettings.js';
import { binary, buyer, frame, order, someId } from '../some/events.js';
import { someDatabase, someFolder } from '../some/store.js';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
let key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
let users: ReturnType<typeof createServer>;
let usersAddress = '';

/** Users publishes its keys. */
beforeAll(async () => {
  const pair = await generateKeyPair('ES256');
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' };
  users = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => users.listen(0, '127.0.0.1', resolve));
  usersAddress = `http://127.0.0.1:${(users.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => users.close(resolve)));

function token(role: string, scope: string, change: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT({ sub: buyer, role, scope, iss: 'http://127.0.0.1:8080/', aud: 'tessera', ...change })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }).setExpirationTime('5m').sign(key);
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
  const server: FastifyInstance = createOperations(service, log);
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

describe('operators alone', () => {
  const parkTwo = ({ service }: Awaited<ReturnType<typeof running>>) =>
    service.take([binary({ data: {}, key: 'k' }), binary({ key: 'k' })]);

  test.each([
    ['without a token', 401, () => Promise.resolve(undefined)],
    ['as a customer', 403, () => token('customer', 'messaging.read')],
    ['without the scope', 403, () => token('operator', 'orders.read')],
    ['of another store', 401, () => token('operator', 'messaging.read', { iss: 'http://elsewhere/' })],
    ['for another audience', 401, () => token('operator', 'messaging.read', { aud: 'other' })],
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
    expect((await all.call('GET', '/messaging/parked/causes', bearer)).json().causes).toMatchObject([
      { messages: 1, keys: 1, followers: 1, stream: 'orders' },
    ]);
    expect((await all.call('GET', '/messaging/status', bearer)).json()).toMatchObject({
      service: 'notifications', broker: 'webhook', parked: { keys: 1, messages: 2 },
    });
  });

  test('discard what is broken, and what waited behind it is handled', async () => {
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
    await expect.poll(() => all.database.rows('select 1 from parked')).toEqual([]);
    expect(await all.database.rows('select kind from mails')).toEqual([{ kind: 'order-confirmed' }]);
    const acts = (await all.call('GET', '/messaging/parked/acts', await token('operator', 'messaging.read'))).json();
    expect(acts.items).toMatchObject([{ action: 'discard', messages: 1, by: buyer, note: 'broken at its source' }]);
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

describe('an event by HTTP', () => {
  const send = async (
    server: FastifyInstance, body: Buffer, headers: Record<string, string>, signedWith = secret, at = new Date()) => {
    const id = `msg_${randomUUID()}`;
    const signature = new Webhook(signedWith).sign(id, at, body.toString());
    const answer = await server.inject({
      method: 'POST', url: '/webhooks/tessera', payload: body,
      headers: {
        'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)), 'webhook-signature': signature,
        ...headers,
      },
    });
    return answer.statusCode;
  };
  const confirmed = { order, buyer };

  test('is handled once in each mode', async () => {
    const { server, database } = await running();
    const message = binary({ data: confirmed });
    const ce = Object.fromEntries([...message.attributes].map(([name, value]) => [`ce-${name}`, value]));
    expect(await send(server, message.body, { ...ce, 'content-type': 'application/json' })).toBe(204);
    const batch = frame(message, binary({ data: confirmed }));
    for (let twice = 0; twice < 2; twice++) {
      expect(await send(server, batch.body, { 'content-type': batch.contentType ?? '' })).toBe(204);
    }
    expect(await database.rows('select kind from mails')).toHaveLength(2);
  });

  test('is refused when its signature is another one or old', async () => {
    const { server, database } = await running();
    const batch = frame(binary({ data: confirmed }));
    const headers = { 'content-type': batch.contentType ?? '' };
    const other = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;
    expect(await send(server, batch.body, headers, other)).toBe(401);
    expect(await send(server, batch.body, headers, secret, new Date(Date.now() - 3_600_000))).toBe(401);
    expect(await database.rows('select kind from mails')).toEqual([]);
  });

  test('that is none is refused', async () => {
    const { server } = await running();
    expect(await send(server, Buffer.from('{}'), { 'content-type': 'application/json' })).toBe(400);
  });
});
