import { describe, expect, test } from 'vitest';
import { takeDelivery } from '../../src/inbox/takeDelivery.js';
import { openLog, type LogForm } from '../../src/seeing/openLog.js';
import { currentPlace, inPlaceOf } from '../../src/seeing/spans.js';
import { startTracing } from '../../src/seeing/startTracing.js';
import { whileSending } from '../../src/sending/whileSending.js';
import { readSettings } from '../../src/settings/readSettings.js';
import { BadSetting } from '../../src/settings/settingsReader.js';
import { binary, buyer, order } from '../some/events.js';
import { someDatabase } from '../some/store.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const event = { identity: 'e1', key: 'k 1', traceparent };
const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';

startTracing({}); // Nobody listens, and each line says its trace all the same.

function logging(form: LogForm) {
  const lines: string[] = [];
  const log = openLog('info', form, undefined, { write: (line: string) => void lines.push(line) });
  return { log: log.child({ category: 'Tessera.Notifications.SendMails' }), lines };
}

describe('a line for people', () => {
  test('says time, level, who, what and its values', () => {
    const { log, lines } = logging('text');
    log.info('Notifications has stopped');
    log.warn({ delay: 200, reason: 'one\r\ntwo', left: undefined }, 'Told twice\nof 3');
    log.debug('of no interest');
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${time} inf SendMails: Notifications has stopped\n$`)),
      expect.stringMatching(new RegExp(`^${time} WRN SendMails: Told twice ⏎ of 3 delay=200 reason=one ⏎ two\n$`)),
    ]);
  });
  test('names its trace, the event that is handled and, of an error, the stack', () => {
    const { log, lines } = logging('text');
    inPlaceOf('orders', event, () => log.error({ failure: new TypeError('why') }, 'It failed'));
    expect(lines[0]).toMatch(new RegExp(
      `^${time} ERR SendMails: It failed trace=0af7651916cd43dd8448eb211c80319c event=e1 stream=orders key=k 1 ` +
      '\\| TypeError: why ⏎     at .*\n$'));
  });
});

describe('a line for software', () => {
  test('is the object that the other services write', () => {
    const { log, lines } = logging('json');
    inPlaceOf('orders', event, () => log.error({ delay: 200, failure: new TypeError('why') }, 'It\nfailed'));
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: expect.stringMatching(new RegExp(`^${time}$`)), level: 'Error',
      category: 'Tessera.Notifications.SendMails', message: 'It\nfailed', trace: '0af7651916cd43dd8448eb211c80319c',
      span: 'b7ad6b7169203331', event: 'e1', stream: 'orders', key: 'k 1',
      exception: expect.stringMatching(/^TypeError: why\n/), values: { delay: '200' },
    });
  });
  test('outside of everything names nothing', () => {
    const { log, lines } = logging('json');
    for (const level of ['info', 'warn', 'error', 'fatal'] as const) log[level]('Said');
    const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(read.map((line) => line['level'])).toEqual(['Information', 'Warning', 'Error', 'Critical']);
    expect(Object.keys(read[0] ?? {}).sort()).toEqual(['category', 'level', 'message', 'time']);
  });
});

test('What is logged while a mail is sent, and while an event is handled, is in its trace', async () => {
  const { log, lines } = logging('json');
  await whileSending({ id: 'm', kind: 'order-placed', traceparent }, async () => log.info('Sending'));
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ trace: '0af7651916cd43dd8448eb211c80319c' });
  expect(JSON.parse(lines[0] ?? '')).not.toMatchObject({ span: 'b7ad6b7169203331' });

  const message = binary({ id: 'an event', data: { order, buyer } });
  const attributes = new Map([...message.attributes, ['traceparent', traceparent] as const]);
  const handlers = new Map([['orders.order-confirmed.v1', async () => log.info('Handling')]]);
  await takeDelivery(someDatabase(), handlers, [{ ...message, attributes }], () => new Date());
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    trace: '0af7651916cd43dd8448eb211c80319c', stream: 'orders', key: order, event: expect.any(String),
  });
  expect(currentPlace()).toEqual({});
});

test('The form is text, unless it is said', () => {
  expect(readSettings({}).logForm).toBe('text');
  expect(readSettings({ Tessera__Logs: 'json' }).logForm).toBe('json');
  expect(() => readSettings({ Tessera__Logs: 'xml' })).toThrow(BadSetting);
});
