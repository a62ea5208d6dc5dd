// The stages of test, check and e2e: each runs whatever the one before it said, and the last line sums them up.
// Plain JavaScript, started by run.mjs; counts come from the reporters' own JSON.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const ORDER = {
  check: ['format', 'lint', 'types', 'unit'],
  test: ['format', 'lint', 'types', 'unit', 'e2e'],
  e2e: ['e2e'],
};

/** Runs the stages of one command and resolves with its exit code. `project` is { node, root, run, env, build }. */
export async function runStages(project, command, args) {
  const { node, root, run, build } = project;
  const modules = join(root, 'node_modules');
  const results = join(root, '.cache', 'results');
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const browser = command === 'check' ? undefined : findBrowser(node, modules);
  const env = { ...project.env, ...(browser === undefined ? {} : { HEARTH_BROWSER: browser }) };
  const [unitFile, e2eFile] = ['unit.json', 'e2e.json'].map((name) => join(results, name));

  /** [program, arguments, how its results are counted, more environment] */
  const stages = {
    format: ['oxfmt/bin/oxfmt', ['--check', '.'], countExit],
    lint: ['oxlint/bin/oxlint', ['--type-aware', '.'], countExit],
    types: ['typescript/bin/tsc', ['-b'], countExit],
    unit: [
      'vitest/vitest.mjs',
      ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitFile}`],
      (code) => countUnit(code, unitFile),
    ],
    e2e: [
      '@playwright/test/cli.js',
      ['test', '--config', join(root, 'e2e', 'playwright.config.ts'), '--reporter=list,json', ...args],
      (code) => countEndToEnd(code, e2eFile),
      { PLAYWRIGHT_JSON_OUTPUT_FILE: e2eFile, PLAYWRIGHT_JSON_OUTPUT_NAME: e2eFile },
    ],
  };

  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const name of ORDER[command]) {
    const [program, flags, count, more] = stages[name];
    process.stdout.write(`\n== ${name}\n`);
    const startedAt = Date.now();
    const isBuilt = name !== 'e2e' || tryBuild(build);
    const code = isBuilt ? await run(node, [join(modules, program), ...flags], { ...env, ...more }) : 1;
    const counts = count(code);
    for (const key of Object.keys(total)) total[key] += counts[key];
    lines.push(`${name.padEnd(7)} ${describe(counts)}  (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  }
  process.stdout.write(`\n${lines.join('\n')}\n${describe(total)}\n`);
  return total.failed === 0 ? 0 : 1;
}

/** The end-to-end tests use the built programs; what does not build has failed them. */
function tryBuild(build) {
  try {
    build();
    return true;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function countExit(code) {
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** A stage that failed without one failed test (a file that does not load, an error outside tests) counts as one. */
function atLeastOne(code, counts) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function countUnit(code, file) {
  if (!existsSync(file)) return countExit(code === 0 ? 1 : code);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return atLeastOne(code, {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  });
}

function countEndToEnd(code, file) {
  if (!existsSync(file)) return countExit(code === 0 ? 1 : code);
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  return atLeastOne(code, { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped });
}

const BROWSERS = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'],
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) =>
    process.env[name] ? [join(process.env[name], 'Google', 'Chrome', 'Application', 'chrome.exe')] : [],
  ),
};

const installedBrowser = () => BROWSERS[process.platform]?.find((path) => existsSync(path));

/** A Chromium to test in, installed if there is none; undefined means Playwright's own. */
function findBrowser(node, modules) {
  if (process.env.HEARTH_BROWSER) return process.env.HEARTH_BROWSER;
  if (installedBrowser() !== undefined) return installedBrowser();
  if (process.platform === 'linux' && process.getuid() === 0) {
    process.stderr.write('Installing Chromium for the end-to-end tests.\n');
    const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-q'], options);
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], options);
    if (installedBrowser() !== undefined) return installedBrowser();
  }
  spawnSync(node, [join(modules, 'playwright', 'cli.js'), 'install', 'chromium'], { stdio: ['ignore', 2, 2] });
  return undefined;
}
