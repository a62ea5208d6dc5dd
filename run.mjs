// The one door to the project: installs, builds, starts, tests, packages. Plain JavaScript without dependencies, for
// Node 20, because it runs before anything is installed; all it starts runs under Node 24.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...parts) => join(root, ...parts);
const modules = (...parts) => at('node_modules', ...parts);
const say = (text) => process.stderr.write(`${text}\n`);
const isWindows = process.platform === 'win32';

/** An end that a person can do something about: one line, exit code 1. */
class Stop extends Error {}

// ---- what is installed

const INSTALL_STAMP = modules('.hearth-install');

function installKey() {
  const lock = readFileSync(at('package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/** Whether npm has put exactly the locked versions here already, for this platform. */
function agreesWithLock() {
  if (!existsSync(modules('.package-lock.json'))) return false;
  const locked = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(modules('.package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '' || (present[path] === undefined && entry.optional)) return true;
    return present[path]?.version === entry.version && (entry.os ?? [process.platform]).includes(process.platform);
  });
}

function install() {
  const key = installKey();
  const isDone = () => existsSync(INSTALL_STAMP) && readFileSync(INSTALL_STAMP, 'utf8') === key;
  if (isDone()) return;
  withLock('install', () => {
    if (isDone()) return;
    if (!agreesWithLock()) {
      say('Installing the packages that Hearth is built from. This happens once and takes a minute.');
      const npm = process.env.npm_execpath;
      const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
      const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
      const shell = isWindows && command === 'npm';
      const run = spawnSync(command, [...args, 'ci', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        env,
        shell,
      });
      if (run.status !== 0)
        throw new Stop('npm ci failed (see above). Nothing was started. Check the network and try again.');
    }
    writeFileSync(INSTALL_STAMP, key);
  });
}

/** The Node that everything runs under: this one if it is new enough, else the one that was installed with the packages. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const platform = isWindows ? 'win' : process.platform;
  const path = modules(`node-${platform}-${process.arch}`, 'bin', isWindows ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  throw new Stop(`Hearth needs Node 24, this is Node ${process.versions.node}. Install Node 24 and run this again.`);
}

/** One at a time across processes: a folder is the lock, and a holder that is gone loses it. */
function withLock(name, work) {
  const lock = at('.cache', `${name}.lock`);
  mkdirSync(at('.cache'), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAbandoned(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pid = existsSync(join(lock, 'pid')) ? Number(readFileSync(join(lock, 'pid'), 'utf8')) : 0;
    if (pid === 0) return age > 10_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

// ---- what is built

/** Each part is built when its sources changed; a folder of the build is replaced as a whole. */
const PARTS = {
  node: { sources: ['engine', 'electron'], configs: ['vite.node.config.ts', 'vite.preload.config.ts'] },
  page: { sources: ['renderer', 'engine/contract'], configs: ['renderer/vite.config.ts'] },
};

const isSource = (name) => /\.(tsx?|css|html|svg|png|json)$/.test(name) && !/\.test\.tsx?$/.test(name);

function sourceKey({ sources, configs }) {
  const hash = createHash('sha256').update(readFileSync(at('package-lock.json')));
  const files = sources.flatMap((folder) =>
    readdirSync(at(folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && isSource(entry.name) && !entry.parentPath.includes('results'))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const file of [...files.sort(), ...configs.map((config) => at(config))])
    hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

function build(node, names = Object.keys(PARTS)) {
  for (const name of names) {
    const part = PARTS[name];
    const stamp = at('dist', `.${name}.stamp`);
    const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sourceKey(part);
    if (isFresh()) continue;
    withLock('build', () => {
      if (!isFresh()) buildPart(node, part, stamp);
    });
  }
}

function buildPart(node, part, stamp) {
  const key = sourceKey(part);
  const fresh = at('.cache', `build-${process.pid}`);
  const old = at('.cache', `old-${process.pid}`);
  const out = part === PARTS.page ? join(fresh, 'renderer') : fresh;
  try {
    for (const config of part.configs) {
      const flags = ['build', '--config', at(config), '--outDir', out, '--logLevel', 'warn'];
      const run = spawnSync(node, [modules('vite', 'bin', 'vite.js'), ...flags], {
        cwd: root,
        stdio: ['ignore', 2, 2],
      });
      if (run.status !== 0) throw new Stop(`Building with ${config} failed (see above). The earlier build was kept.`);
    }
    mkdirSync(at('dist'), { recursive: true });
    for (const name of readdirSync(fresh)) {
      // Moved aside, not removed: a program that starts meanwhile must not meet half a folder.
      if (existsSync(at('dist', name))) renameSync(at('dist', name), `${old}-${name}`);
      renameSync(join(fresh, name), at('dist', name));
      rmSync(`${old}-${name}`, { recursive: true, force: true });
    }
    writeFileSync(stamp, key);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

// ---- running things

function environment(node) {
  return { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` };
}

const stay = () => {};

/** Runs a program with this terminal; resolves with its exit code. Ctrl+C reaches it by itself, as part of the group. */
function run(command, args, env) {
  const child = spawn(command, args, { stdio: 'inherit', env });
  const forward = (signal) => child.kill(signal);
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', stay);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      say(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  return ended.finally(() => process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', stay));
}

/** Why the desktop shell cannot be used, or null. Never asks the electron package: asking makes it download. */
async function whyNoDesktop(node, args) {
  if (args.includes('--browser')) return '--browser was given';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display';
  if (process.platform === 'linux' && process.getuid() === 0) return 'the desktop shell does not run as root';
  if (electronProgram() !== null) return null;
  const { fetchElectron } = await import('./electron/fetch-runtime.mjs');
  const problem = await fetchElectron(node, modules('electron'));
  return problem ?? (electronProgram() === null ? 'the desktop runtime is not complete' : null);
}

function electronProgram() {
  const pathFile = modules('electron', 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : isWindows ? 'electron.exe' : 'electron';
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? (existsSync(pathFile) ? modules('electron', 'dist') : null);
  return folder !== null && existsSync(join(folder, name)) ? join(folder, name) : null;
}

async function start(node, args) {
  build(node);
  const rest = args.filter((flag) => flag !== '--browser');
  const reason = await whyNoDesktop(node, args);
  if (reason === null) {
    process.stdout.write('Hearth opens as a desktop app: its runtime is installed.\n');
    return run(electronProgram(), [root, ...rest], environment(node));
  }
  process.stdout.write(`Hearth opens in your browser: ${reason}.\n`);
  return run(node, [at('dist', 'server', 'main.js'), ...rest], environment(node));
}

// ---- commands

const tool = (node, path, args) => run(node, [modules(...path.split('/')), ...args], environment(node));

async function stages(node, command, args) {
  const { runStages } = await import('./.ci/stages.mjs');
  return runStages({ node, root, run, env: environment(node), build: () => build(node) }, command, args);
}

const COMMANDS = {
  start,
  test: (node, args) => stages(node, 'test', args),
  check: (node, args) => stages(node, 'check', args),
  e2e: (node, args) => stages(node, 'e2e', args),
  bench: (node, args) => COMMANDS.hearth(node, ['bench', ...args]),
  hearth: (node, args) => {
    build(node, args.includes('serve') ? ['node', 'page'] : ['node']);
    return run(node, [at('dist', 'cli', 'main.js'), ...args], environment(node));
  },
  build: (node) => {
    build(node);
    return 0;
  },
  format: (node) => tool(node, 'oxfmt/bin/oxfmt', ['.']),
  package: (node, args) => {
    build(node);
    return tool(node, 'electron-builder/cli.js', ['--config', at('electron-builder.config.ts'), ...args]);
  },
};

async function main([name = 'start', ...args]) {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : null;
  if (command === null) throw new Stop(`There is no command ${name}. Commands: ${Object.keys(COMMANDS).join(', ')}.`);
  install();
  // The others work on the project; `hearth` takes file names from where the person is.
  if (name !== 'hearth') process.chdir(root);
  return command(findNode(), args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = 1;
}
