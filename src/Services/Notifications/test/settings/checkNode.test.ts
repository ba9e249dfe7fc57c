import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusalOf } from '../../src/settings/checkNode.js';
import { someFolder } from '../some/store.js';

const asOld = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})";

function start(program: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath, [...options, program], { encoding: 'utf8', timeout: 50_000 });
  return [status, stdout, stderr];
}

test('Node 20.6 or later is needed', () => {
  expect(['20.6.0', '20.20.2', '22.0.0', '100.0.0'].map(refusalOf)).toEqual([null, null, null, null]);
  expect(refusalOf('20.5.1')).toBe('Node.js 20.5.1 is too old: 20.6 or later is needed.');
  expect(refusalOf('18.20.4')).toBe('Node.js 18.20.4 is too old: 20.6 or later is needed.');
});

test('With an older one the program says so in one line, and does not start', () => {
  expect(start('dist/main.js', '--import', asOld))
    .toEqual([78, '', 'Node.js 18.20.4 is too old: 20.6 or later is needed.\n']);
});

test('An older one that can neither read nor link the rest of the program says so all the same', () => {
  const folder = someFolder();
  mkdirSync(join(folder, 'settings'));
  for (const file of ['main.js', 'settings/checkNode.js']) cpSync(join('dist', file), join(folder, file));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const beyondIt of ["import { notThereYet } from 'node:fs';", 'const new syntax;']) {
    writeFileSync(join(folder, 'run.js'), beyondIt);
    expect(start(join(folder, 'main.js'), '--import', asOld))
      .toEqual([78, '', 'Node.js 18.20.4 is too old: 20.6 or later is needed.\n']);
    // One that is new enough comes as far as that.
    expect(start(join(folder, 'main.js'))).toEqual([1, '', expect.stringContaining('SyntaxError')]);
  }
});
