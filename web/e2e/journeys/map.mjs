// The map of the county's systems and the budget view.
import { assert } from '../stage.mjs'

export const map = [
  {
    name: 'map: chimneys by department, another month, a chimney’s details, the same as a table; works by keyboard',
    async run(stage) {
      const page = await stage.logIn(stage.account('business_operator'), '/map')
      await page.waitForSelector('[data-test^=system-]')
      await stage.inspect(page, 'map')
      await stage.handbook(page, 'map')
      const before = await page.locator('[data-test=map-sum]').innerText()
      await page.focus('[data-test=month]')
      await page.keyboard.press('Home')
      await page.waitForFunction((words) => document.querySelector('[data-test=map-sum]')?.textContent !== words, before)
      await stage.settle(page)
      await stage.inspect(page, 'map-earlier')
      await page.keyboard.press('End')
      await page.locator('[data-test^=system-]').first().focus()
      await page.keyboard.press('Enter')
      assert((await page.locator('[data-test=map-detail] h2').count()) === 1, 'no details')
      await stage.inspect(page, 'map-detail')
      await page.click('[data-test=view-systems]')
      await stage.settle(page)
      assert((await page.locator('main tbody tr').count()) > 0, 'the table is empty')
      await stage.inspect(page, 'map-systems')
      await page.click('[data-test=view-flows]')
      await stage.inspect(page, 'map-flows')
      await page.setViewportSize({ width: 360, height: 780 })
      await stage.go(page, '/map')
      await page.waitForSelector('.plot')
      await stage.noOverflow(page, '/map at 360')
    },
  },
  {
    name: 'budget: silent systems and those paid for nothing picked out, both numbers of each share shown, a system opened, sums by department',
    async run(stage) {
      const page = await stage.logIn(stage.account('business_operator'), '/budget')
      await stage.inspect(page, 'budget')
      const idle = await page.locator('[data-test=idle]').innerText()
      await page.click('[data-test=idle-show]')
      await page.waitForURL(/flag=still_paid/)
      await stage.settle(page)
      const paid = await page.locator('main tbody tr').allInnerTexts()
      const { total } = await stage.get(page, 'budget?flag=still_paid')
      assert(paid.length > 0 && paid.every((row) => row.includes('仍在付费')) && idle.includes(`${total} 个`), `not what the note says: ${idle}`)
      await stage.inspect(page, 'budget-still-paid')
      await stage.go(page, '/budget?flag=silent')
      const rows = await page.locator('main tbody tr').allInnerTexts()
      assert(rows.length > 0 && rows.every((row) => row.includes('沉默')), 'not only silent systems')
      await page.locator('main tbody a').first().click()
      await page.waitForURL(/budget\/[^/?]+$/)
      await stage.settle(page)
      await stage.noError(page)
      await stage.inspect(page, 'budget-system')
      await stage.go(page, '/budget?view=departments')
      await stage.noError(page)
      await stage.inspect(page, 'budget-departments')
    },
  },
]
