import { join } from 'node:path';
import { readCommon, type CommonSettings } from './readCommon.js';
import { SettingsReader, type Environment } from './settingsReader.js';
import { languages, type Language } from '../mails/language.js';

export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly security: 'StartTls' | 'Tls' | 'None';
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export interface MailSettings {
  readonly from: string;
  /** Without a server mails are written as files. */
  readonly smtp: SmtpSettings | undefined;
  readonly folder: string;
  readonly giveUpAfterMilliseconds: number;
  /** How long a mail that a process has taken waits for another: longer than any sending lasts. */
  readonly takenForMilliseconds: number;
}

export interface Settings extends CommonSettings {
  readonly mail: MailSettings;
  readonly language: Language;
  readonly operators: readonly string[];
  /** How long a mail that was written as a file stays. */
  readonly filesKeptMilliseconds: number;
}

const day = 86_400_000;

/** All that can be set; refuses what is out of its bounds by its key. */
export function readSettings(environment: Environment): Settings {
  const read = new SettingsReader(environment);
  const from = read.text('Mail:From', 'Tessera <shop@tessera.local>');
  if (!/^[^<>@]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/.test(from)) {
    read.refuse('Mail:From', 'expected an address such as Tessera <shop@example.org>');
  }
  const smtp = readSmtp(read);
  const operators = read.list('Notifications:Operators');
  for (const operator of operators) {
    if (!/^[^<>@\s]+@[^<>@\s]+$/.test(operator)) read.refuse('Notifications:Operators', `'${operator}' is no address`);
  }
  return {
    ...readCommon(read),
    mail: {
      from,
      smtp,
      folder: join(read.text('Tessera:DataDirectory', '.tessera'), 'outbox'),
      giveUpAfterMilliseconds: read.duration('Mail:GiveUpAfter', 3 * day, 60_000, 7 * day),
      takenForMilliseconds: read.duration(
        'Mail:TakenFor', smtp === undefined ? 5_000 : 120_000, 500, 600_000),
    },
    language: read.choice('Notifications:Language', languages, 'en'),
    operators,
    filesKeptMilliseconds: read.duration('Notifications:FilesKeptFor', 90 * day, 60_000, 3650 * day),
  };
}

function readSmtp(read: SettingsReader): SmtpSettings | undefined {
  const host = read.optional('Mail:Host');
  if (host === undefined) return undefined;
  const smtp = {
    host,
    port: read.whole('Mail:Port', 587, 1, 65_535),
    security: read.choice('Mail:Security', ['StartTls', 'Tls', 'None'], 'StartTls'),
    user: read.optional('Mail:User'),
    password: read.optional('Mail:Password'),
  };
  if ((smtp.user === undefined) !== (smtp.password === undefined)) {
    read.refuse('Mail:User', 'it goes together with Mail:Password, and one of them is missing');
  }
  if (smtp.user !== undefined && smtp.security === 'None') {
    read.refuse('Mail:Security', 'None would send Mail:Password in the clear: use StartTls or Tls');
  }
  return smtp;
}
