// What a package holds, without an Electron runtime: electron-builder packs around a dummy one. It proves the contents
// and that the engine in them runs, not that Electron starts it.

import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';

const root = join(import.meta.dirname, '..');
/** The place in a program where electron-builder finds and sets the fuses (@electron/fuses, constants.d.ts). */
const FUSE_WIRE = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 8]),
  Buffer.from('11111111'),
]);
const [ON, OFF] = ['1'.charCodeAt(0), '0'.charCodeAt(0)];

const folder = join(tmpdir(), `hearth-package-${process.pid}`);
const packed = join(folder, 'out', 'linux-unpacked');
const archive = join(packed, 'resources', 'app.asar');

test.describe.configure({ mode: 'serial' });
test.skip(process.platform !== 'linux', 'the dummy runtime is laid out as on Linux');

test.beforeAll(() => {
  const runtime = join(folder, 'runtime');
  mkdirSync(join(runtime, 'resources'), { recursive: true });
  writeFileSync(join(runtime, 'electron'), FUSE_WIRE, { mode: 0o755 });
  const version = readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8');
  writeFileSync(join(runtime, 'version'), (JSON.parse(version) as { version: string }).version);
  const flags = ['--dir', '--linux', `-c.electronDist=${runtime}`, `-c.directories.output=${join(folder, 'out')}`];
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
  execFileSync(process.execPath, [builder, '--config', join(root, 'electron-builder.config.ts'), ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the archive holds the built programs, the page and three native libraries, and nothing else', () => {
  const files = listPackage(archive, { isPack: false }).map((name) => name.replaceAll('\\', '/'));
  const places = [
    /^\/package\.json$/,
    /^\/dist\/(electron\/(main\.js|preload\.cjs)|engine\/main\.js|chunks\/[\w.-]+\.js)$/,
    /^\/dist\/renderer\/(index\.html|assets\/[\w.-]+)$/,
    /^\/node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/.*\.js)$/,
    new RegExp(`^/node_modules/better-sqlite3/prebuilds/linux-${process.arch}\\.node$`),
    /^\/node_modules\/sqlite-vec(-[\w-]+)?\/(package\.json|index\.cjs|vec0\.\w+)$/,
    /^\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/.*\.js|dist\/cjs\/package\.json)$/,
    new RegExp(`^/node_modules/onnxruntime-node/bin/napi-v6/linux/${process.arch}/[\\w.]+$`),
  ];
  const isFolder = (name: string) => files.some((other) => other.startsWith(`${name}/`));
  expect(files.filter((name) => !isFolder(name) && !places.some((place) => place.test(name)))).toEqual([]);
});

test('native libraries lie beside the archive, the starter model under the resources', () => {
  const unpacked = join(packed, 'resources', 'app.asar.unpacked', 'node_modules');
  const native = join('onnxruntime-node', 'bin', 'napi-v6', 'linux', process.arch, 'onnxruntime_binding.node');
  expect(existsSync(join(unpacked, native))).toBe(true);
  expect(existsSync(join(unpacked, 'better-sqlite3', 'prebuilds', `linux-${process.arch}.node`))).toBe(true);
  expect(existsSync(join(unpacked, `sqlite-vec-linux-${process.arch}`, 'vec0.so'))).toBe(true);
  const starter = join(packed, 'resources', 'hearth', 'models', 'starter');
  expect(existsSync(join(starter, 'config.json'))).toBe(true);
  expect(existsSync(join(starter, 'train'))).toBe(false);
  expect(existsSync(join(packed, 'resources', 'hearth', 'library', 'index.json'))).toBe(true);
});

test('every file that the packed programs import is packed', () => {
  const app = join(folder, 'app');
  extractAll(archive, app);
  const waiting = ['dist/electron/main.js', 'dist/engine/main.js'];
  const seen = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const text = readFileSync(join(app, name), 'utf8');
    const imports = [...text.matchAll(/(?:^import|^export|\bimport\()[^'"\n]*?['"](\.{1,2}\/[^'"]+\.js)['"]/gm)];
    waiting.push(...imports.map(([, target]) => normalize(join(dirname(name), target ?? ''))));
  }
  expect(seen.size).toBeGreaterThan(2);
});

test('the packed engine starts with the packed model and answers', async () => {
  const resources = join(packed, 'resources', 'hearth');
  const engine = fork(
    join(folder, 'app', 'dist', 'engine', 'main.js'),
    ['--data', join(folder, 'data'), '--resources', resources],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  const said: unknown[] = [];
  engine.on('message', (message) => said.push(message));
  engine.send({ client: 1, open: true });
  engine.send({ client: 1, frame: { id: 1, method: 'status', params: {} } });
  await expect.poll(() => said).toHaveLength(2);
  expect(said).toMatchObject([
    { engine: 'ready' },
    { client: 1, frame: { id: 1, result: { model: { id: 'starter', loaded: true }, modelProblem: null } } },
  ]);
  engine.send({ quit: true });
  await expect.poll(() => engine.exitCode).toBe(0);
});

test('the fuses are set: no Node mode, no inspection, the code only from the verified archive', async () => {
  const wire = await getCurrentFuseWire(join(packed, 'hearth'));
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
    FuseV1Options.GrantFileProtocolExtraPrivileges,
  ];
  const on = [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseV1Options.OnlyLoadAppFromAsar];
  expect(off.map((fuse) => wire[fuse])).toEqual(off.map(() => OFF));
  expect(on.map((fuse) => wire[fuse])).toEqual(on.map(() => ON));
});
