// Installs what the lock file pins and compiles the program, into the folder that is named: `node build.mjs TARGET`.
// What is there already is left as it is. Nothing is written beside the sources.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('.', import.meta.url));
const folders = ['src', 'schema', 'test'];
const files = [
  '.npmrc', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.test.json', 'vitest.config.ts',
];
const target = resolve(process.argv[2] ?? join(source, '../../../artifacts/notifications'));

function hashOf(names) {
  const hash = createHash('sha256').update(process.version);
  for (const name of names) hash.update(`${name}\0`).update(readFileSync(join(source, name)));
  return hash.digest('hex');
}

function filesBelow(folder) {
  // Before Node 20.12 an entry's folder has the other name.
  return readdirSync(join(source, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(source.length))
    .sort();
}

/** Does the work unless it was done for the same input. The mark is written last: what was broken off begins again. */
function once(mark, hash, work) {
  const file = join(target, mark);
  if (existsSync(file) && readFileSync(file, 'utf8') === hash) return;
  rmSync(file, { force: true });
  work();
  writeFileSync(file, hash);
}

function run(program, ...args) {
  execFileSync(program, args, { cwd: target, stdio: ['ignore', 2, 2] }); // All it says goes to the errors.
}

mkdirSync(target, { recursive: true });
once('.installed', hashOf(['package-lock.json', '.npmrc']), () => {
  for (const file of files) cpSync(join(source, file), join(target, file));
  run('npm', 'ci', '--no-audit', '--no-fund');
});
once('.built', hashOf([...files, ...folders.flatMap(filesBelow)]), () => {
  for (const folder of [...folders, 'dist']) rmSync(join(target, folder), { recursive: true, force: true });
  for (const folder of folders) cpSync(join(source, folder), join(target, folder), { recursive: true });
  for (const file of files) cpSync(join(source, file), join(target, file));
  run(process.execPath, join(target, 'node_modules/typescript/bin/tsc'));
});
process.stdout.write(`${join(target, 'dist/main.js')}\n`);
