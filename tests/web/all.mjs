// All tests of this folder in one process, so that one Chromium serves them. Each can be run by itself, too.
import {readdirSync} from 'node:fs';

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('_test.mjs'));
for (const name of files.sort()) await import(`./${name}`);
