// Coming in, going out, and what the console remembers.
import { assert, PHONE } from '../stage.mjs'

export const access = [
  {
    name: 'log-in: wrong password is refused with a sentence, the right one leads to the page that was asked for',
    async run(stage) {
      const account = stage.accounts('department_operator')[0]
      const page = await stage.open('/catalogue?q=a')
      await page.waitForSelector('[data-test=login]')
      assert(page.url().includes('next='), 'the wanted page is not remembered')
      await page.click('[data-test=login]')
      await page.waitForFunction(() => document.querySelectorAll('.el-form-item__error').length === 2)
      await page.fill('[data-test=username]', account.username)
      await page.fill('[data-test=password]', `${account.password}x`)
      await page.click('[data-test=login]')
      await page.waitForSelector('[data-test=error]')
      await stage.inspect(page, 'login-refused')
      await page.fill('[data-test=password]', account.password)
      await page.click('[data-test=login]')
      await page.waitForURL('**/catalogue?q=a')
      await page.click('[data-test=logout]')
      await page.waitForSelector('[data-test=login]')
      await stage.inspect(page, 'login')
    },
  },
  {
    name: 'log-in: an address of another site is not followed',
    async run(stage) {
      const account = stage.accounts('department_operator')[0]
      const page = await stage.logIn(account, '/login?next=//example.com/')
      assert(new URL(page.url()).origin === new URL(stage.world.url).origin, 'left the console')
    },
  },
  {
    name: 'language and large type are kept after a reload',
    async run(stage) {
      const page = await stage.logIn(stage.accounts('department_operator')[0])
      await page.click('[data-test=lang]')
      await page.click('[data-test=large]')
      await page.reload()
      await stage.settle(page)
      assert((await page.getAttribute('html', 'lang')) === 'en', 'English is forgotten')
      assert((await page.textContent('[data-test=nav-catalogue]')).includes('Catalogue'), 'the menu is not English')
      assert((await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)) === '20px', 'large type is forgotten')
      await stage.inspect(page, 'home-english-large')
      await stage.go(page, '/catalogue')
      await stage.inspect(page, 'catalogue-english-large')
    },
  },
  {
    name: 'session: when it ends, the reader logs in again and is back where he was',
    async run(stage) {
      const account = stage.accounts('department_operator')[0]
      const page = await stage.logIn(account, '/catalogue')
      await page.context().clearCookies()
      await page.fill('[data-test=search]', '人')
      await page.waitForSelector('[data-test=login]')
      assert(await page.locator('.expired').isVisible(), 'it is not said why')
      await page.fill('[data-test=username]', account.username)
      await page.fill('[data-test=password]', account.password)
      await page.click('[data-test=login]')
      await page.waitForURL('**/catalogue**')
    },
  },
  {
    name: 'not found and not allowed: both have a page with a way on',
    async run(stage) {
      const page = await stage.logIn(stage.account('security_auditor'))
      await stage.go(page, '/nothing/here')
      assert(await page.locator('h1').isVisible(), 'no page')
      await stage.inspect(page, 'not-found')
      await stage.go(page, '/users')
      assert(page.url().includes('refused=1'), 'the users page opened for the auditor')
      await stage.go(page, '/catalogue/no-such-resource')
      await page.waitForSelector('[data-test=error]')
      await stage.inspect(page, 'resource-not-found')
    },
  },
  {
    name: 'phone: the menu opens, and the keyboard reaches the content',
    async run(stage) {
      const page = await stage.logIn(stage.accounts('department_operator')[0], '/', PHONE)
      assert(!(await page.locator('#nav').isVisible()), 'the menu covers the phone')
      await page.click('.menu')
      await page.click('[data-test=nav-catalogue]')
      await page.waitForURL('**/catalogue')
      assert(!(await page.locator('#nav').isVisible()), 'the menu stays open')
      await page.keyboard.press('Tab')
      await stage.go(page, '/')
      await page.keyboard.press('Tab')
      assert((await page.evaluate(() => document.activeElement?.className)) === 'skip', 'the first Tab is not "skip to content"')
    },
  },
]
