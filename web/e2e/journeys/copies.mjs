// Copies held at the hub: seen, counted, compared, and used to answer where the department's system is not asked.
import { assert } from '../stage.mjs'

/** Somebody whose department has a copy held, and that copy. Nothing when the demo has none. */
async function holder(stage) {
  const business = await stage.logIn(stage.account('business_operator'))
  const { items } = await stage.get(business, 'copies?page_size=200')
  if (!items.length) return console.log('        nothing is held here')
  await stage.go(business, `/copies/${items[0].subscription_id}`)
  await stage.noError(business)
  assert((await business.locator('[data-test=count], [data-test=compare-copies]').count()) === 0, 'others may count a copy')
  await business.context().close()
  for (const account of stage.accounts('department_operator', stage.mock ? '民政局' : '')) {
    const page = await stage.logIn(account)
    const copy = (await stage.get(page, 'copies?page_size=200')).items.find((one) => one.may_use)
    if (copy) return { page, copy }
    await page.context().close()
  }
  return null
}

export const copies = [
  {
    name: 'held copies: the list, a count as bars and table, a comparison by key, and an answer that says it came from the copy',
    async run(stage) {
      const found = await holder(stage)
      if (!found) return
      const { page, copy } = found
      await stage.go(page, '/copies')
      await stage.inspect(page, 'copies')
      await page.click(`a[href$="/copies/${copy.subscription_id}"]`)
      await page.waitForSelector('[data-test=count]')
      await page.click('[data-test=count]')
      await page.waitForSelector('[role=alert]')
      const clear = copy.columns.filter((one) => !one.masked && !copy.keys.includes(one.item)).map((one) => copy.labels.find((label) => label.item === one.item)?.zh)
      await stage.pick(page, '按哪一项分组', clear.at(-1))
      await page.click('[data-test=count]')
      await page.waitForSelector('[data-test=counted]')
      await stage.inspect(page, 'copy-counted')
      await page.click('[data-test=tab-compare]')
      await page.waitForSelector('[data-test=compare-copies]')
      await page.click('[data-test=compare-copies]')
      await page.waitForSelector('[data-test=copies-compared]')
      await stage.inspect(page, 'copy-compared')
      if (!stage.mock) return
      await stage.go(page, `/subscriptions/new?grant=${copy.grant_id}`)
      await page.waitForSelector('[data-test^=column-]')
      await page.click('[data-test=next]')
      await page.check('[data-test=to-hub]')
      assert((await page.locator('[data-test=sub-table]').count()) === 0, 'a copy at the hub asks for a table')
      await stage.inspect(page, 'subscription-to-hub')
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test=when]')
      assert((await page.locator('[data-test=method-changes]').count()) === 0, 'a copy offers to follow changes')
      await stage.go(page, `/ask?grant=${copy.grant_id}`)
      await page.click('[data-test=from-copy]')
      await page.fill('[data-test=ask-value]', '33010619900101123X')
      await page.fill('[data-test=ask-case]', '2026-0001')
      await stage.pick(page, '办理事项和依据', 'MZ-SHJZ-001 · 社会救助暂行办法 第十一条')
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('[data-test=answered-from]')
      assert((await page.locator('[data-test=answered-from]').innerText()).includes('留存副本'), 'it does not say that the copy answered')
      await stage.inspect(page, 'ask-copy')
    },
  },
]
