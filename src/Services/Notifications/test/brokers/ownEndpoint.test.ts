import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { OwnEndpoint } from '../../src/brokers/ownEndpoint.js';
import { publicTypes } from '../../src/mails/queueMails.js';
import { someDatabase } from '../some/store.js';

interface Kept {
  id: string;
  url: string;
  types: string[];
  state: string;
  secret: string;
}

const here = 'http://127.0.0.1:8179/webhooks/tessera';

/** Webhooks and Users, as far as they are asked; what was done to the endpoints is noted. */
async function pretended(endpoints: Kept[] = []) {
  const acts: string[] = [];
  let answers = true;
  const newSecret = () => `whsec_${Buffer.from(randomUUID()).toString('base64')}`;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const tell = (status: number, value?: unknown) => {
        response.statusCode = status;
        response.setHeader('content-type', 'application/json');
        response.end(value === undefined ? undefined : JSON.stringify(value));
      };
      if (request.url === '/connect/token') {
        expect(body).toContain('scope=webhooks');
        return tell(200, { access_token: 'good', expires_in: 600 });
      }
      if (!answers) return tell(503, { detail: 'away' });
      expect(request.headers.authorization).toBe('Bearer good');
      const [, , id = '', act = ''] = (request.url ?? '').split(/[/?]/);
      if (request.method === 'GET') return tell(200, { items: endpoints, next: null });
      acts.push(`${request.method} ${act}`.trim());
      const found = endpoints.find((each) => each.id === id);
      if (request.method === 'DELETE') {
        endpoints.splice(endpoints.indexOf(found!), 1);
        return tell(204);
      }
      if (request.method === 'PUT') {
        found!.types = (JSON.parse(body) as Kept).types;
        return tell(200, found);
      }
      if (act === 'secret') return tell(200, { secret: (found!.secret = newSecret()) });
      if (act === 'pause') found!.state = 'Paused';
      if (act === 'resume') found!.state = 'Active';
      if (act !== '') return tell(200, found);
      const asked = JSON.parse(body) as Kept & { orderedByKey: boolean };
      expect(asked.orderedByKey).toBe(true);
      const made = { ...asked, id: randomUUID(), state: 'Active', secret: newSecret() };
      endpoints.push(made);
      tell(201, { endpoint: made, secret: made.secret });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const settings = {
    webhooks: address, here,
    users: { address, clientId: 'notifications', secret: 's', secretFile: '' },
  };
  return { endpoints, acts, settings, goAway: (isAway: boolean) => (answers = !isAway) };
}

async function registered(
  settings: Awaited<ReturnType<typeof pretended>>['settings'], database = someDatabase(), milliseconds = () => 0) {
  const endpoint = new OwnEndpoint(settings, publicTypes, database, pino({ level: 'silent' }), milliseconds);
  endpoint.start();
  onTestFinished(() => endpoint.stop());
  await expect.poll(() => endpoint.unavailable, { timeout: 20_000 }).toBeNull();
  return endpoint;
}

const some = (change: Partial<Kept> = {}): Kept =>
  ({ id: randomUUID(), url: here, types: [...publicTypes], state: 'Active', secret: 'whsec_unknown', ...change });

test('An endpoint is registered once, however often the service starts', async () => {
  const { endpoints, settings } = await pretended();
  const database = someDatabase();
  for (let start = 0; start < 3; start++) await registered(settings, database);
  expect(endpoints).toMatchObject([{ url: here, state: 'Active', types: publicTypes }]);
  const secrets = await (await registered(settings, database)).secrets();
  expect(secrets[0]).toBe(endpoints[0]?.secret);
});

test('What comes before the first secret is kept waits for it', async () => {
  const { endpoints, settings } = await pretended();
  const endpoint = new OwnEndpoint(settings, publicTypes, someDatabase(), pino({ level: 'silent' }));
  onTestFinished(() => endpoint.stop());
  endpoint.start();
  expect(await endpoint.secrets()).toEqual([endpoints[0]?.secret]);
});

test('An endpoint whose secret was never stored gets a new one', async () => {
  const { endpoints, settings } = await pretended([some()]);
  const endpoint = await registered(settings);
  expect(endpoints).toHaveLength(1);
  expect(await endpoint.secrets()).toEqual([endpoints[0]?.secret]);
  expect(endpoints[0]?.secret).not.toBe('whsec_unknown');
});

test('A secret that signs no more is replaced by the next start', async () => {
  const { endpoints, settings } = await pretended();
  const database = someDatabase();
  await registered(settings, database);
  const before = endpoints[0]?.secret;
  endpoints[0]!.secret = 'whsec_of_an_operator';
  let now = 0;
  const endpoint = await registered(settings, database, () => now);
  expect(endpoints[0]?.secret).not.toBe('whsec_of_an_operator');
  // What was signed with the one before may be on its way.
  expect(await endpoint.secrets()).toEqual([endpoints[0]?.secret, before]);
  now = 60_000;
  expect(await endpoint.secrets()).toEqual([endpoints[0]?.secret]);
});

test('A refused signature has the secret replaced, at most once a minute', async () => {
  const { endpoints, acts, settings } = await pretended();
  let now = 0;
  const endpoint = await registered(settings, someDatabase(), () => now);
  const replaced = () => acts.filter((act) => act === 'POST secret').length;
  endpoints[0]!.secret = 'whsec_of_an_operator';
  now = 59_999;
  endpoint.refused();
  now = 60_000;
  for (let time = 0; time < 3; time++) endpoint.refused();
  await expect.poll(() => acts.filter((act) => act === 'POST resume').length, { timeout: 20_000 }).toBe(2);
  now = 120_000;
  expect([replaced(), await endpoint.secrets()]).toEqual([1, [endpoints[0]?.secret]]);
  expect(endpoints[0]?.secret).not.toBe('whsec_of_an_operator');
});

test('Of processes that start at once one alone asks for a secret until it is kept', async () => {
  const { endpoints, settings } = await pretended([some()]);
  const database = someDatabase();
  const alone = vi.spyOn(database, 'transaction');
  const [first] = await Promise.all([1, 2].map(() => registered(settings, database)));
  expect(alone.mock.calls.map(([words]) => words)).toEqual(Array(2).fill([`secret:${endpoints[0]?.id}`]));
  expect((await first?.secrets())?.[0]).toBe(endpoints[0]?.secret);
});

test('Of several endpoints the oldest stays, and those of other addresses are let be', async () => {
  const ids = [randomUUID(), randomUUID()].sort();
  const other = some({ url: 'http://127.0.0.1:9/other' });
  const { endpoints, settings } = await pretended([some({ id: ids[1]! }), other, some({ id: ids[0]! })]);
  await registered(settings);
  expect(endpoints.map((each) => each.id)).toEqual([other.id, ids[0]]);
});

test('What waited for this service is sent when it starts, and what failed once more', async () => {
  const well = await pretended([some()]);
  await registered(well.settings);
  expect(well.acts.slice(-2)).toEqual(['POST pause', 'POST resume']);
  const disabled = await pretended([some({ state: 'Disabled', types: ['order.placed.v1'] })]);
  await registered(disabled.settings);
  expect(disabled.acts.slice(-3)).toEqual(['PUT', 'POST resume', 'POST redeliveries']);
  expect(disabled.endpoints).toMatchObject([{ state: 'Active', types: publicTypes }]);
});

test('It says why nothing is brought while Webhooks is away, and tries again', async () => {
  const { endpoints, settings, goAway } = await pretended();
  goAway(true);
  const endpoint = new OwnEndpoint(settings, publicTypes, someDatabase(), pino({ level: 'silent' }));
  endpoint.start();
  onTestFinished(() => endpoint.stop());
  await expect.poll(() => endpoint.unavailable).toBe('Webhooks answered 503 to GET /webhooks?size=100: away');
  goAway(false);
  await expect.poll(() => endpoint.unavailable, { timeout: 20_000 }).toBeNull();
  expect(endpoints).toHaveLength(1);
});
