import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { refusalOf } from '../../src/settings/checkNode.js';

test('Node 20 or later is needed', () => {
  expect(['20.0.0', '22.21.1', '100.0.0'].map(refusalOf)).toEqual([null, null, null]);
  expect(refusalOf('18.20.4')).toBe('Node.js 18.20.4 is too old: 20 or later is needed.');
});

test('With an older one the program says so in one line, and does not start', () => {
  const asOld = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.4'})";
  const { status, stdout, stderr } = spawnSync(
    process.execPath, ['--import', asOld, 'dist/main.js'], { encoding: 'utf8', timeout: 50_000 });
  expect([status, stdout, stderr]).toEqual([78, '', 'Node.js 18.20.4 is too old: 20 or later is needed.\n']);
});
