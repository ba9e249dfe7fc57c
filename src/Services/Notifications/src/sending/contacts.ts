import type { UsersSettings } from '../settings/readCommon.js';
import { MachineToken, readBounded } from '../calling/machineToken.js';

/** Where a person is reached. Nothing of it is kept. */
export interface Contact {
  readonly email: string;
  readonly name: string | null;
  readonly language: string | null;
}

export interface Contacts {
  /** Null when there is no such person any more. */
  find(user: string): Promise<Contact | null>;
}

/** Asks Users, with a token of this service's own. */
export class UsersContacts implements Contacts {
  private readonly token: MachineToken;

  constructor(private readonly settings: UsersSettings) {
    this.token = new MachineToken(settings, 'users.contact');
  }

  async find(user: string): Promise<Contact | null> {
    const answer = await this.token.fetch(new URL(`users/${user}/contact`, this.settings.address));
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`Users answered with ${answer.status} when asked for a contact.`);
    const body = (await readBounded(answer)) as Partial<Contact>;
    if (typeof body.email !== 'string' || !/^[^<>@\s]+@[^<>@\s]+$/.test(body.email)) return null;
    return {
      email: body.email,
      name: typeof body.name === 'string' ? body.name : null,
      language: typeof body.language === 'string' ? body.language : null,
    };
  }
}
