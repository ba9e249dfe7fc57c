import { pino } from 'pino';
import { createOperations } from './operations/createOperations.js';
import { Service } from './service.js';
import { readSettings } from './settings/readSettings.js';
import { BadSetting } from './settings/settingsReader.js';
import { openDatabase } from './store/openDatabase.js';
import { StopLinks } from './sending/stopLinks.js';

const stopWithinMilliseconds = 20_000;

async function run(): Promise<void> {
  const settings = readSettings(process.env);
  const log = pino({ level: settings.logLevel, base: { service: 'notifications' } });
  const database = await openDatabase(settings);
  const stopLinks = await StopLinks.load(database, settings.publicUrl);
  const service = new Service(settings, database, stopLinks, log, () => new Date());
  const operations = createOperations(service, log);
  await operations.listen(settings.listen);
  service.start();
  log.info({ broker: service.broker.name, database: database.engine, ...settings.listen }, 'Notifications is running');

  const signal = await new Promise<string>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, 'Notifications is stopping');
  // What does not end by then comes again to the next process.
  setTimeout(() => process.exit(1), stopWithinMilliseconds).unref();
  await operations.close();
  await service.stop();
  await database.close();
  log.info('Notifications has stopped');
}

run().then(
  () => process.exit(0),
  (failure: unknown) => {
    // One line that names the key where a setting is to blame; the whole trace where the program is.
    console.error(failure instanceof BadSetting ? failure.message : failure);
    process.exit(failure instanceof BadSetting ? 78 : 1);
  },
);
