import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/settings/readSettings.js';
import { BadSetting } from '../../src/settings/settingsReader.js';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;

describe('settings', () => {
  test('need nothing to start with', () => {
    expect(readSettings({})).toMatchObject({
      listen: { host: '127.0.0.1', port: 8179 }, listenHttp2: undefined, language: 'en', operators: [],
      broker: {
        kind: 'webhook',
        registers: { webhooks: 'http://127.0.0.1:8089/', here: 'http://127.0.0.1:8179/webhooks/tessera' },
      },
    });
  });
  test('have the names and forms of the other services', () => {
    const settings = readSettings({
      Messaging__Broker: 'redis', Messaging__Redis__Configuration: 'cache:6380,password=p=w,ssl=true',
      Messaging__Redis__LeaseDuration: '00:00:02.5', Notifications__Operators__0: 'a@example.org',
      Mail__Host: 'mail.example', Mail__GiveUpAfter: '1.00:00:00', Stop__UnreadyFor: '00:00:05',
    });
    expect(settings.broker).toMatchObject({
      host: 'cache', port: 6380, password: 'p=w', tls: true, leaseMilliseconds: 2_500,
    });
    expect(settings.mail).toMatchObject({ giveUpAfterMilliseconds: 86_400_000, smtp: { security: 'StartTls' } });
    expect(settings.operators).toEqual(['a@example.org']);
    expect(settings.unreadyForMilliseconds).toBe(5_000);
  });
  test('keep the inbox longer where Webhooks brings the events, which sends them again for a month', () => {
    const day = 86_400_000;
    expect(readSettings({}).inboxKeptMilliseconds).toBe(31 * day);
    expect(readSettings({ Messaging__Broker: 'rabbitmq' }).inboxKeptMilliseconds).toBe(7 * day);
    expect(readSettings({ Messaging__Inbox__Retention: '9.00:00:00' }).inboxKeptMilliseconds).toBe(9 * day);
  });
  test.each([
    ['Messaging:Broker', { Messaging__Broker: 'pigeons' }],
    ['Messaging:Partitions', { Messaging__Broker: 'redis', Messaging__Partitions: '0' }],
    ['Messaging:Kafka:BootstrapServers', { Messaging__Broker: 'kafka' }],
    ['Messaging:Redis:LeaseDuration', { Messaging__Broker: 'redis', Messaging__Redis__LeaseDuration: '5' }],
    ['Database:ConnectionString', { Database__Engine: 'postgres' }],
    ['Listen:Http2', { Listen__Http2: '9179' }],
    ['Notifications:WebhookSecret', { Notifications__WebhookSecret: 'whsec_short' }],
    ['Notifications:WebhookSecret', { Notifications__WebhookSecret: secret, Notifications__Webhooks: 'http://w' }],
    ['Notifications:Here', { Notifications__Here: 'here' }],
    ['Tessera:PublicUrl', { Tessera__PublicUrl: 'shop.example' }],
    ['Mail:Security', { Mail__Host: 'm', Mail__User: 'u', Mail__Password: 'p', Mail__Security: 'None' }],
    ['Mail:User', { Mail__Host: 'm', Mail__Password: 'p' }],
    ['Mail:From', { Mail__From: 'nobody' }],
    ['Notifications:Language', { Notifications__Language: 'xx' }],
    ['Notifications:Operators', { Notifications__Operators__0: 'nobody' }],
  ])('refuse to start, naming %s', (key, environment) => {
    expect(() => readSettings(environment)).toThrow(BadSetting);
    expect(() => readSettings(environment)).toThrow(`The setting ${key}: `);
  });
});
