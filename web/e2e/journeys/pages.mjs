// Every page that each role can reach: it loads, says what it is for, has no accessibility finding in either language and type
// size, and fits 360 to 1920 pixels.
import { assert } from '../stage.mjs'

/** Pages already looked at closely; other roles see the same page with other buttons. */
const inspected = new Set()

const ROLES = ['platform_operator', 'business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']
const FIRST_PAINT_MS = 1500

/** Opens the help of a page, which must say what it is for and what to do next, and closes it by the keyboard. */
async function help(stage, page, path) {
  await page.click('[data-test=help]')
  await page.waitForSelector('.help')
  assert((await page.locator('.help').innerText()).length > 30, `${path} has no help`)
  assert(await page.locator('.help li').count(), `the help of ${path} does not say what to do next`)
  if (path === '/catalogue') await stage.inspect(page, 'help')
  await page.keyboard.press('Escape')
  await page.waitForSelector('.help', { state: 'detached' })
  assert((await page.evaluate(() => document.activeElement?.dataset.test)) === 'help', 'the focus is lost when the help closes')
}

export const pages = [
  ...ROLES.map((role) => ({
    name: `every page of ${role}`,
    async run(stage) {
      const page = await stage.logIn(stage.account(role))
      const paths = await page.locator('nav#nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
      assert(paths.length >= 4, `only ${paths.length} pages`)
      for (const path of [...paths, '/account', ...(role.startsWith('department') ? ['/subscriptions/new', '/handovers/new'] : [])]) {
        await stage.go(page, path)
        const name = `page-${role}-${path === '/' ? 'home' : path.slice(1).replace(/\//g, '-')}`
        await stage.noError(page)
        await help(stage, page, path)
        if (inspected.has(path) && path !== '/') continue
        inspected.add(path)
        await stage.inspectEverywhere(page, path, name)
        // One step deeper, where the list has something.
        const link = page.locator('main td a').first()
        if (['/catalogue', '/grants', '/agents', '/evidence', '/subscriptions', '/handovers'].includes(path) && (await link.count())) {
          const deeper = await link.getAttribute('href')
          await link.click()
          await page.waitForURL((address) => address.pathname !== path)
          await stage.settle(page)
          await stage.noError(page)
          await stage.inspectEverywhere(page, deeper, `${name}-detail`)
        }
      }
    },
  })),
  {
    name: 'first paint stays within its bound',
    async run(stage) {
      const page = await stage.logIn(stage.account('department_operator'))
      for (const path of ['/', '/catalogue', '/login']) {
        if (path === '/login') await page.context().clearCookies()
        await page.goto('about:blank')
        await stage.go(page, path)
        const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity)
        console.log(`        first paint of ${path}: ${Math.round(painted)} ms`)
        assert(painted < FIRST_PAINT_MS, `${path} painted after ${Math.round(painted)} ms, the bound is ${FIRST_PAINT_MS} ms`)
      }
    },
  },
  {
    name: 'keyboard: the skip link leads to the content, and every control shows where the focus is',
    async run(stage) {
      const page = await stage.logIn(stage.account('department_operator'), '/catalogue')
      await page.keyboard.press('Tab')
      for (let at = 0; at < 40; at++) {
        await page.keyboard.press('Tab')
        const seen = await page.evaluate(() => {
          const one = document.activeElement
          if (!one || one === document.body) return null
          const box = one.getBoundingClientRect()
          const shows = (element) => {
            const style = getComputedStyle(element)
            return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'
          }
          const wrapper = one.closest('.el-input__wrapper, .el-select__wrapper, .el-textarea, .el-checkbox')
          return { what: one.outerHTML.slice(0, 120), size: box.width * box.height, shows: shows(one) || (!!wrapper && shows(wrapper)) }
        })
        if (!seen) break
        assert(seen.shows, `no focus is seen on ${seen.what}`)
      }
    },
  },
]
