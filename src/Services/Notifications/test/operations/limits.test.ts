import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOperations } from '../../src/operations/createOperations.js';
import { usualLimits, type Limits } from '../../src/operations/limits.js';
import { StopLinks } from '../../src/sending/stopLinks.js';
import { Service } from '../../src/service.js';
import { readSettings } from '../../src/settings/readSettings.js';
import { someDatabase, someFolder } from '../some/store.js';

/** Listens with the usual limits, but for those that the test makes shorter. */
async function listening(change: Partial<Limits> = {}, isHttp2 = false) {
  const database = someDatabase();
  const settings = readSettings({
    Tessera__DataDirectory: join(someFolder(), 'data'),
    Notifications__WebhookSecret: `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`,
  });
  const links = await StopLinks.load(database, settings.publicUrl);
  const log = pino({ level: 'silent' });
  const service = new Service(settings, database, links, log, () => new Date());
  const server = createOperations(service, log, [], isHttp2, { ...usualLimits, ...change });
  await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await server.close();
    await service.stop();
  });
  return { server: server.server, port: (server.server.address() as AddressInfo).port };
}

/** All that is answered to what is sent, until the other side ends the connection. */
async function answerTo(port: number, ...sent: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const answered: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answered.push(chunk));
  for (const text of sent) socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(answered).toString();
}

function expectProblem(answer: string, status: number): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer.toLowerCase()).toContain('\r\ncontent-type: application/problem+json');
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, type: 'about:blank' });
}

const request = (first: string, ...headers: string[]) =>
  [`${first} HTTP/1.1`, 'host: here', 'connection: close', ...headers, '', ''].join('\r\n');
const many = (headers: number) => Array.from({ length: headers }, (_, number) => `x-${number}: y`);

test('The limits are those of the other services', async () => {
  const { server } = await listening();
  expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 30_000, maxConnections: 10_000 });
  expect(usualLimits).toMatchObject({ bodySizeBytesMax: 1_048_576, headersMax: 100, headersSizeBytesMax: 32_768 });
});

describe('a body', () => {
  const post = (...headers: string[]) =>
    request('POST /webhooks/tessera', 'content-type: application/json', ...headers);

  test('of the size that is allowed is read', async () => {
    const { port } = await listening();
    const body = 'x'.repeat(1_048_576);
    expectProblem(await answerTo(port, post(`content-length: ${body.length}`), body), 401);
  });
  test('that is announced as larger is refused', async () => {
    const { port } = await listening();
    expectProblem(await answerTo(port, post('content-length: 1048577')), 413);
  });
  test('that becomes larger is refused', async () => {
    const { port } = await listening();
    const chunk = `80001\r\n${'x'.repeat(0x80001)}\r\n`;
    expectProblem(await answerTo(port, post('transfer-encoding: chunked'), chunk, chunk, '0\r\n\r\n'), 413);
  });
});

describe('headers', () => {
  test('are refused when there are more than a hundred', async () => {
    const { port } = await listening();
    expect(await answerTo(port, request('GET /health/live', ...many(98)))).toMatch(/^HTTP\/1.1 200 /);
    for (const path of ['/health/live', '/nowhere']) {
      expectProblem(await answerTo(port, request(`GET ${path}`, ...many(99))), 431);
    }
  });
  test.each([33_000, 300_000])('of %i bytes are refused', async (size) => {
    const { port } = await listening();
    expectProblem(await answerTo(port, request('GET /health/live', `x: ${'y'.repeat(size)}`)), 431);
  });
  test('that do not come in time end the connection, and it is said why', async () => {
    const { port } = await listening({ headersWithinMilliseconds: 50, lookIntervalMilliseconds: 10 });
    expectProblem(await answerTo(port, 'GET /health/live HTTP/1.1\r\nhost: here\r\n'), 408);
  });
  test('that are none are refused', async () => {
    const { port } = await listening();
    expectProblem(await answerTo(port, 'what is this\r\n\r\n'), 400);
  });
});

test('A request that does not come in time ends the connection, and it is said why', async () => {
  const { port } = await listening({
    headersWithinMilliseconds: 50, requestWithinMilliseconds: 50, lookIntervalMilliseconds: 10,
  });
  expectProblem(await answerTo(port, request('POST /webhooks/tessera', 'content-length: 2'), '{'), 408);
});

test('Of connections there are no more than are allowed', async () => {
  const { port } = await listening({ connectionsMax: 1 });
  const held = connect(port, '127.0.0.1');
  onTestFinished(() => void held.destroy());
  const get = 'GET /health/live HTTP/1.1\r\nhost: here\r\n\r\n';
  held.write(get);
  expect(String((await once(held, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
  expect(await answerTo(port).catch((failure: NodeJS.ErrnoException) => failure.code)).toMatch(/^$|ECONNRESET/);
  held.write(get);
  expect(String((await once(held, 'data'))[0])).toMatch(/^HTTP\/1.1 200 /);
});

describe('by HTTP/2', () => {
  const session = (port: number) => {
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => client.destroy());
    return client;
  };

  test('the same headers are refused', async () => {
    const { port, server } = await listening({}, true);
    expect(server.maxConnections).toBe(10_000);
    const client = session(port);
    // Node's own four, which begin with a colon, are among them.
    for (const [headers, status] of [[96, 200], [97, 431]] as const) {
      const stream = client.request({
        ':path': '/health/live', ...Object.fromEntries(many(headers).map((line) => line.split(': '))),
      });
      const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(answer[':status'], String(headers)).toBe(status);
      stream.close();
    }
  });

  test('a request that does not come in time is ended, and its connection is not', async () => {
    const { port } = await listening({ requestWithinMilliseconds: 50 }, true);
    const client = session(port);
    const slow = client.request({
      ':method': 'POST', ':path': '/webhooks/tessera', 'content-type': 'application/json',
    });
    const answers = vi.fn();
    slow.on('response', answers);
    slow.write('{');
    slow.resume();
    await once(slow, 'close');
    expect(answers).not.toHaveBeenCalled();
    const [answer] = (await once(client.request({ ':path': '/health/live' }), 'response')) as [Record<string, unknown>];
    expect(answer[':status']).toBe(200);
  });
});
