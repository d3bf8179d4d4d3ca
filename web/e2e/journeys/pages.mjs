// Every page that each role can reach: it loads, has no serious accessibility finding, and fits 360 to 1920 pixels.
import { assert } from '../stage.mjs'

/** Pages already looked at closely; other roles see the same page with other buttons. */
const inspected = new Set()

const ROLES = ['platform_operator', 'business_operator', 'security_auditor', 'department_head', 'department_operator', 'department_developer']

export const pages = ROLES.map((role) => ({
  name: `every page of ${role}`,
  async run(stage) {
    const page = await stage.logIn(stage.account(role))
    const paths = await page.locator('nav#nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
    assert(paths.length >= 4, `only ${paths.length} pages`)
    for (const path of [...paths, '/account']) {
      await stage.go(page, path)
      const name = `page-${role}-${path === '/' ? 'home' : path.slice(1)}`
      await stage.noError(page)
      await page.click('[data-test=help]')
      assert((await page.locator('.help').innerText()).length > 10, `${path} has no help`)
      if (inspected.has(path) && path !== '/') continue
      inspected.add(path)
      await stage.inspect(page, name)
      for (const width of [360, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        await page.waitForTimeout(100)
        await stage.noOverflow(page, `${path} at ${width}`)
      }
      await page.setViewportSize({ width: 1440, height: 900 })
      // One step deeper, where the list has something.
      const link = page.locator('main td a').first()
      if (['/catalogue', '/grants', '/agents', '/evidence'].includes(path) && (await link.count())) {
        await link.click()
        await page.waitForURL((address) => address.pathname !== path)
        await stage.settle(page)
        await stage.noError(page)
        await stage.inspect(page, `${name}-detail`)
      }
    }
  },
}))
