// Journeys through the console in a real browser.
//
//   GUANTONG_URL=http://127.0.0.1:8080 npm run e2e -- --accounts demo-data/accounts.json
//   npm run e2e -- --mock                       (against the mock, for working on the pages)
//   … --only catalogue                          (journeys whose name contains the word)
//   … --handbook ../docs/handbook/images        (also makes the handbook's pictures; with --only "handbook" little else)
//
// The accounts file is the one that `guantong demo` writes. Screenshots go to test-results. The last line says
// `N passed, N failed`; the exit code is 1 when something failed.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { Stage } from './stage.mjs'
import { journeys } from './journeys/index.mjs'

const { values: options } = parseArgs({ options: { accounts: { type: 'string' }, mock: { type: 'boolean' }, only: { type: 'string' }, handbook: { type: 'string' } } })
const results = fileURLToPath(new URL('../test-results/', import.meta.url))
if (!options.only) rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
if (options.handbook) mkdirSync(options.handbook, { recursive: true })

let world
let mock
if (options.mock) {
  const { startMock } = await import('./mock/server.mjs')
  const { PASSWORD, users, people } = await import('./mock/data.mjs')
  mock = await startMock()
  world = {
    url: mock.url,
    accounts: users.map((user) => ({ username: user.username, password: PASSWORD, role: user.role, organisation: user.organisation.name })),
    samples: people.map((person) => ({ resource: 'GA-HKRK-001', key: 'resident_id', value: person.resident_id })),
  }
} else {
  const file = options.accounts ?? process.env.GUANTONG_ACCOUNTS
  if (!file) {
    console.error('Name the accounts file of a running demo: --accounts <data-dir>/accounts.json (or use --mock).')
    process.exit(2)
  }
  world = { ...JSON.parse(readFileSync(file, 'utf8')), dir: dirname(file) }
}
world.url = (process.env.GUANTONG_URL ?? world.url).replace(/\/$/, '')

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
})
let passed = 0
let failed = 0
for (const journey of journeys) {
  if (options.only && !journey.name.includes(options.only)) continue
  if (journey.handbook && !options.handbook) continue
  // The clock of the mock does not move.
  if (journey.ahead && options.mock) continue
  const stage = new Stage(browser, world, results, journey.name, { handbook: options.handbook, mock: options.mock })
  const started = Date.now()
  try {
    await journey.run(stage)
    stage.assertClean()
    passed++
    console.log(`ok      ${journey.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  } catch (cause) {
    failed++
    await stage.photographFailure()
    console.log(`FAILED  ${journey.name}\n        ${String(cause?.stack ?? cause).split('\n').slice(0, 8).join('\n        ')}`)
  } finally {
    await stage.close()
  }
}
await browser.close()
mock?.server.close()
if (world.checked) console.log(`${world.checked} accessibility checks`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
