import { setTimeout } from 'node:timers/promises';
import { createOperations } from './operations/createOperations.js';
import { mapPreferences } from './operations/preferences.js';
import { Service } from './service.js';
import { readSettings } from './settings/readSettings.js';
import { BadSetting } from './settings/settingsReader.js';
import { openLog } from './seeing/openLog.js';
import { takeOtlpHeaders } from './seeing/otlp.js';
import { startTelemetry } from './seeing/startTelemetry.js';
import { openDatabase } from './store/openDatabase.js';
import { StopLinks } from './sending/stopLinks.js';
import { untilTold } from './waiting/untilTold.js';

const stopWithinMilliseconds = 20_000;

async function run(): Promise<void> {
  const told = untilTold();
  const settings = readSettings(process.env);
  takeOtlpHeaders(process.env);
  const telemetry = startTelemetry(process.env);
  const logs = openLog(settings.logLevel, settings.logForm, telemetry.takeLine);
  const log = logs.child({ category: 'Tessera.Notifications' });
  const database = await openDatabase(settings);
  const stopLinks = await StopLinks.load(database, settings.publicUrl);
  const service = new Service(settings, database, stopLinks, logs, () => new Date());
  const operations = createOperations(service, logs, [mapPreferences]);
  await operations.listen({ ...settings.listen }); // It is written into.
  const forGateway = settings.listenHttp2 === undefined
    ? undefined
    : createOperations(service, logs, [mapPreferences], true);
  await forGateway?.listen(settings.listenHttp2);
  telemetry.sendMetrics(service.metrics.registry);
  service.start();
  log.info({ broker: service.broker.name, database: database.engine, ...settings.listen }, 'Notifications is running');

  const signal = await told;
  log.info({ signal }, 'Notifications is stopping');
  // Whoever sends requests learns of it, and asks others before nobody answers here.
  service.isStopping = true;
  await setTimeout(settings.unreadyForMilliseconds);
  // What does not end by then comes again to the next process.
  globalThis.setTimeout(() => process.exit(1), stopWithinMilliseconds).unref();
  await Promise.all([operations.close(), forGateway?.close()]);
  await service.stop();
  await telemetry.stopMetrics();
  await database.close();
  log.info('Notifications has stopped');
  await telemetry.stop();
}

run().then(
  () => process.exit(0),
  (failure: unknown) => {
    // One line that names the key where a setting is to blame; the whole trace where the program is.
    console.error(failure instanceof BadSetting ? failure.message : failure);
    process.exit(failure instanceof BadSetting ? 78 : 1);
  },
);
