// The second factor, sessions, and standing in for a colleague.
import { createHmac } from 'node:crypto'
import { assert } from '../stage.mjs'
import { headOf } from './asking.mjs'

/** The code that an authenticator app shows for a secret (RFC 6238). */
function codeOf(secret, now = Date.now()) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const hash = createHmac('sha1', key).update(step).digest()
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const mocked = () => process.argv.includes('--mock')

export const account = [
  {
    name: 'second factor: turned on with an app, asked for at the log-in, a recovery code opens too',
    async run(stage) {
      const who = stage.accounts('department_developer').at(-1)
      const page = await stage.logIn(who, '/account')
      await page.click('[data-test=enrol]')
      await page.fill('[data-test=totp-password]', who.password)
      await page.click('[data-test=totp-next]')
      await page.waitForSelector('.qr')
      await stage.inspect(page, 'totp-enrol')
      const secret = (await page.locator('[data-test=second-factor] pre').innerText()).trim()
      await page.fill('[data-test=totp-code]', codeOf(secret))
      await page.click('[data-test=totp-next]')
      await page.waitForSelector('[data-test=recovery-codes]')
      const [recovery] = (await page.locator('[data-test=recovery-codes] pre').innerText()).split('\n')
      await stage.inspect(page, 'totp-codes')
      if (mocked()) return
      await page.click('[data-test=logout]')
      await page.fill('[data-test=username]', who.username)
      await page.fill('[data-test=password]', who.password)
      await page.click('[data-test=login]')
      await page.waitForSelector('[data-test=code]')
      await stage.inspect(page, 'login-code')
      await page.fill('[data-test=code]', '000000')
      await page.click('[data-test=give-code]')
      await page.waitForSelector('[data-test=error]')
      await page.fill('[data-test=code]', recovery.trim())
      await page.click('[data-test=give-code]')
      await page.waitForSelector('[data-test=logout]')
      // Off again, for the journeys that follow; a code counts once, so the next one is given.
      await stage.go(page, '/account')
      await page.click('[data-test=totp-off]')
      await page.fill('[data-test=totp-password]', who.password)
      await page.fill('[data-test=totp-code]', codeOf(secret, Date.now() + 30_000))
      await page.click('[data-test=totp-next]')
      await page.waitForSelector('[data-test=enrol]')
    },
  },
  {
    name: 'sessions: another one is seen and ended',
    async run(stage) {
      const who = stage.accounts('department_head').at(-1)
      const other = await stage.logIn(who)
      const page = await stage.logIn(who, '/account')
      await page.locator('button', { hasText: '退出其他全部登录' }).click()
      await stage.settle(page)
      await stage.inspect(page, 'account-sessions')
      if (mocked()) return
      await other.goto(`${stage.world.url}/inbox`)
      await other.waitForSelector('[data-test=login]')
    },
  },
  {
    name: 'delegation: a head hands his work over, the colleague acts under both names and stops',
    async run(stage) {
      const clerk = stage.accounts('department_operator')[0]
      const head = await headOf(stage, clerk.organisation)
      await stage.go(head, '/account/delegations')
      await head.click('[data-test=delegate]')
      await head.click('[data-test=save-delegation]')
      await head.waitForSelector('.el-form-item__error')
      const { items: people = [] } = (await stage.get(head, 'delegates?page_size=200')) ?? {}
      const person = people.find((one) => one.username === clerk.username) ?? people[0]
      await stage.pick(head, '委托给谁', person.display_name)
      await head.fill('[data-test=d-until]', await head.inputValue('[data-test=d-from]'))
      await head.fill('[data-test=d-reason]', '端到端测试：外出')
      await stage.inspect(head, 'delegate')
      await head.click('[data-test=save-delegation]')
      await head.waitForSelector('[data-test=d-reason]', { state: 'hidden' })
      const page = await stage.logIn(clerk)
      await page.locator('[data-test=begin-acting]').first().click()
      await page.waitForSelector('[data-test=acting-for]')
      await stage.settle(page)
      await stage.inspect(page, 'acting-for')
      await page.click('[data-test=end-acting]')
      await page.waitForSelector('[data-test=acting-for]', { state: 'hidden' })
      if (mocked()) return
      await stage.go(head, '/account/delegations')
      await head.locator('[data-test=delegations] tr', { hasText: '端到端测试' }).locator('button').first().click()
      await head.fill('[data-test=reason]', '端到端测试结束')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-test=delegations] [data-state=revoked]')
    },
  },
]
