import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EndedTokens } from '../../src/operations/endedTokens.js';
import { buyer, someId } from '../some/events.js';

const noon = Date.parse('2026-11-29T12:00:00Z');
const minute = 60_000;
const at = (minutes: number) => new Date(noon + minutes * minute).toISOString();

/** Users, as far as it is asked here; what it answers can be changed. */
async function someUsers() {
  const told = {
    erased: [] as unknown, ended: [] as unknown, status: 200, endedStatus: 200, asked: [] as string[],
    answer: undefined as RequestListener | undefined,
  };
  const server = createServer((request, response) => {
    told.asked.push(request.url ?? '');
    if (told.answer !== undefined) return told.answer(request, response);
    const isErased = request.url === '/internal/erased';
    response.statusCode = isErased ? told.status : told.endedStatus;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(isErased ? told.erased : told.ended));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<unknown>((resolve) => server.close(resolve));
  });
  const clock = { now: noon };
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ended = new EndedTokens(address, () => new Date(clock.now));
  return { told, clock, ended };
}

describe('a token', () => {
  test('of an erased account is refused, in whichever case its id is written', async () => {
    const { told, ended } = await someUsers();
    told.erased = [buyer.toUpperCase()];
    await ended.refresh();
    expect(ended.refusalOf({ sub: buyer })).toBe('its account does not exist any more');
    expect(ended.refusalOf({ sub: someId() })).toBeNull();
    expect(ended.refusalOf({})).toBeNull();
    told.erased = [];
    await ended.refresh();
    expect(ended.refusalOf({ sub: buyer })).toBeNull();
  });

  test('of a sign-in that has ended, and one that was ended itself, is refused', async () => {
    const { told, ended } = await someUsers();
    told.ended = [{ id: 's1', at: at(-1) }, { id: 't1', at: at(-1) }];
    await ended.refresh();
    expect(ended.refusalOf({ sub: buyer, oi_au_id: 's1' })).toBe('its sign-in has ended');
    expect(ended.refusalOf({ sub: buyer, oi_au_id: 's2', oi_tkn_id: 't1' })).toBe('its sign-in has ended');
    expect(ended.refusalOf({ sub: buyer, oi_au_id: 's2', oi_tkn_id: 't2' })).toBeNull();
  });
});

describe('Users is asked', () => {
  const asked = (told: { asked: string[] }) => told.asked.filter((url) => url.startsWith('/internal/ended'));
  const since = (time: string) => `/internal/ended?since=${encodeURIComponent(time)}`;

  test('for all at first, and then for what is not older than two minutes before the newest', async () => {
    const { told, ended } = await someUsers();
    told.ended = [{ id: 's1', at: at(-30) }, { id: 's2', at: at(-40) }];
    await ended.refresh();
    told.ended = [{ id: 's3', at: at(-1) }];
    await ended.refresh();
    await ended.refresh();
    expect(asked(told)).toEqual(['/internal/ended', since(at(-32)), since(at(-3))]);
    expect(['s1', 's2', 's3'].map((id) => ended.refusalOf({ oi_au_id: id }))).not.toContain(null);
  });

  test('from two minutes before now at the latest, whatever a clock that was ahead has written', async () => {
    const { told, ended } = await someUsers();
    told.ended = [{ id: 's1', at: at(10) }];
    await ended.refresh();
    await ended.refresh();
    expect(asked(told)).toEqual(['/internal/ended', since(at(-2))]);
  });

  test('and what ended is forgotten once no token of it can live', async () => {
    const { told, clock, ended } = await someUsers();
    told.ended = [{ id: 's1', at: at(0) }];
    await ended.refresh();
    told.ended = [];
    clock.now = noon + 65 * minute;
    await ended.refresh();
    expect(ended.refusalOf({ oi_au_id: 's1' })).not.toBeNull();
    clock.now += 1;
    await ended.refresh();
    expect(ended.refusalOf({ oi_au_id: 's1' })).toBeNull();
  });

  test.each([
    ['is away', { status: 503, endedStatus: 503 }], ['fails in the one', { endedStatus: 500 }],
    ['answers with no list', { erased: {} }], ['answers with no ids', { ended: [{ id: 1, at: at(0) }] }],
    ['answers with no times', { ended: [{ id: 's2', at: 'then' }] }],
    ['ends the connection', { answer: ((request) => request.socket.destroy()) as RequestListener }],
  ])('and while it %s what had ended stays so', async (_, change) => {
    const { told, ended } = await someUsers();
    told.erased = [buyer];
    told.ended = [{ id: 's1', at: at(0) }];
    await ended.refresh();
    Object.assign(told, change);
    await expect(ended.refresh()).rejects.toThrow();
    expect(ended.refusalOf({ oi_au_id: 's1' })).toBe('its sign-in has ended');
    expect(ended.refusalOf({ sub: buyer })).toBe('its account does not exist any more');
  });

  test('again and again, also after it was away, until the service stops', async () => {
    const { told, ended } = await someUsers();
    told.status = 503;
    ended.start();
    await expect.poll(() => told.asked.length).toBeGreaterThan(0);
    told.status = 200;
    told.erased = [buyer];
    await expect.poll(() => ended.refusalOf({ sub: buyer }), { timeout: 50_000 }).not.toBeNull();
    await ended.stop();
  });

  test('also where it is of an earlier version, which knows of no ends', async () => {
    const { told, ended } = await someUsers();
    Object.assign(told, { endedStatus: 404, erased: [buyer] });
    await ended.refresh();
    expect(ended.refusalOf({ sub: buyer })).not.toBeNull();
  });

  test('and a stop does not wait for its answer', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(new AbortController().signal); // For as long as it takes.
    onTestFinished(() => void vi.restoreAllMocks());
    const { told, ended } = await someUsers();
    told.answer = () => undefined;
    ended.start();
    await expect.poll(() => told.asked.length).toBe(1);
    await ended.stop();
    expect(told.asked.length).toBe(1);
  });
});
