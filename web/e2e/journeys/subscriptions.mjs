// Tables delivered by subscription: made in five steps, run, compared, paused, ended; and what flows.
import { assert } from '../stage.mjs'

/** Targets that take tables; folders for documents do not. */
const tables = (agent) => agent.targets.filter((one) => one.kind !== 'documents')

/** A department that may receive tables: with a grant for it and an agent that has a target. Nothing when the demo has none. */
export async function receiver(stage) {
  for (const account of stage.accounts('department_operator', stage.mock ? '民政局' : '')) {
    const page = await stage.logIn(account)
    const { user } = await stage.get(page, 'session')
    const grants = (await stage.get(page, 'grants?state=active&page_size=200')).items.filter((one) => one.consumer_id === user.organisation.id && one.shapes.includes('batch'))
    const agents = (await stage.get(page, 'agents?page_size=200')).items.filter((one) => one.organisation_id === user.organisation.id && one.connected && tables(one).length)
    if (grants.length && agents.length) return { account, page, grant: grants[0], agent: agents[0] }
    await page.context().close()
  }
  console.log('        nobody may receive tables here')
  return null
}

/** Whoever sees a subscription, and the first one. */
async function some(stage, role = 'business_operator') {
  const page = await stage.logIn(stage.account(role))
  const { items } = await stage.get(page, 'subscriptions?page_size=200')
  return { page, items }
}

export const subscriptions = [
  {
    name: 'subscription: from a grant to a table in five steps, mistakes named at their field, run with its progress, compared, paused, resumed, ended',
    async run(stage) {
      const found = await receiver(stage)
      if (!found) return
      const { page, grant, agent } = found
      await stage.inspectEverywhere(page, `/subscriptions/new?grant=${grant.id}`, 'subscription-new')
      await stage.go(page, `/grants/${grant.id}`)
      await page.click('[data-test=subscribe]')
      await page.waitForSelector('[data-test^=column-]')
      await stage.inspect(page, 'subscription-items')
      await stage.handbook(page, 'subscription-wizard')
      const first = page.locator('[data-test^=column-] input.el-input__inner').first()
      const name = await first.inputValue()
      await first.fill('gt_mine')
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test^=column-] .el-form-item__error')
      await stage.inspect(page, 'subscription-items-wrong', ['phone'])
      await first.fill(name)
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test=sub-table]')
      await stage.pick(page, '本部门前置机', agent.name)
      // A file would need an ending in its name.
      const target = tables(agent).find((one) => one.kind !== 'files') ?? tables(agent)[0]
      await stage.pick(page, '投递目标', target.name)
      // A table that no earlier subscription has written to.
      const table = `hall_${Date.now().toString(36)}`
      await page.fill('[data-test=sub-table]', table)
      await stage.inspect(page, 'subscription-target')
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test=when]')
      await page.check('[data-test=every-rule]')
      await page.fill('[data-test=when-rule]', '每天两点')
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test=when] .el-form-item__error')
      await page.check('[data-test=every-week]')
      await page.check('[data-test=working-days]')
      assert((await page.locator('[data-test=says]').innerText()).includes('每周一 02:00'), 'the schedule is not said in words')
      await stage.pick(page, '用于什么事项')
      await stage.inspect(page, 'subscription-when')
      if (stage.mock) {
        await page.click('[data-test=step-target]')
        await page.fill('[data-test=sub-table]', 'misfit')
        await page.click('[data-test=next]')
        await page.waitForSelector('[data-test=when]')
        await page.click('[data-test=next]')
        await page.waitForSelector('[data-test=mend]')
        assert((await page.locator('[data-test=verdict] tbody tr').count()) === 2, 'not every misfit is named')
        assert(await page.locator('[data-test=create-subscription]').isDisabled(), 'it can be made although it does not fit')
        await stage.inspect(page, 'subscription-misfit')
        await page.click('[data-test=step-target]')
        await page.fill('[data-test=sub-table]', table)
        await page.click('[data-test=next]')
        await page.waitForSelector('[data-test=when]')
      }
      await page.click('[data-test=next]')
      await page.waitForSelector('[data-test=verdict] [role=status]')
      await stage.settle(page)
      await stage.inspect(page, 'subscription-check')
      await stage.handbook(page, 'subscription-check')
      await page.click('[data-test=create-subscription]')
      await page.waitForURL(/\/subscriptions\/(?!new)[^/]+$/)
      await stage.settle(page)
      await page.click('[data-test=run]')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=run-succeeded]')
      await stage.noError(page)
      await stage.inspect(page, 'subscription-ran')
      // The notice that it began would stand in the picture.
      await page.waitForSelector('.el-message', { state: 'detached' })
      await stage.handbook(page, 'subscription')
      await page.locator('[data-test=run-succeeded]').first().click()
      await page.waitForSelector('[data-test=run-detail]')
      await stage.inspect(page, 'subscription-run')
      await page.keyboard.press('Escape')
      await page.waitForSelector('[data-test=run-detail]', { state: 'hidden' })
      await page.click('[data-test=compare]')
      await page.click('[data-test=confirm]')
      await page.click('[data-test=tab-compare]')
      await page.waitForSelector('[data-test=compared]')
      assert((await page.locator('[data-test=compared]').innerText()).includes('完全一致'), 'both sides do not agree')
      await page.click('[data-test=pause]')
      await page.fill('[data-test=reason] textarea, textarea[data-test=reason]', '目标库维护')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=resume]')
      await page.click('[data-test=resume]')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=pause]')
      await page.click('[data-test=end]')
      await page.fill('[data-test=reason] textarea, textarea[data-test=reason]', '测试完毕')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=end]', { state: 'detached' })
      await stage.settle(page)
      await stage.inspect(page, 'subscription-ended')
    },
  },
  {
    name: 'subscription: each state, a run that goes on, a comparison, rows held back, and what is not to be seen',
    async run(stage) {
      const { page: bureau, items } = await some(stage)
      if (!items.length) return console.log('        there are no subscriptions here')
      await stage.go(bureau, `/subscriptions/${items[0].id}`)
      await stage.noError(bureau)
      assert((await bureau.locator('[data-test=tab-held], [data-test=run], [data-test=end]').count()) === 0, 'others may act or see rows')
      if (!stage.mock) return
      const page = await stage.logIn(stage.account('department_operator', '民政局'))
      for (const [path, name, wanted] of [['sub2', 'follows', '[data-test=live]'], ['sub3', 'halted', '[data-test=notice]'], ['sub1?tab=compare', 'compared', '[data-test=compared]'], ['sub3?tab=held', 'held', 'main tbody tr'], ['sub1?tab=columns', 'columns', 'main tbody tr']]) {
        await page.goto(`${stage.world.url}/subscriptions/${path}`)
        await page.waitForSelector(wanted)
        await page.setViewportSize({ width: 360, height: 780 })
        await stage.noOverflow(page, name)
        await stage.accessible(page, name)
        await page.setViewportSize({ width: 1440, height: 900 })
        await stage.accessible(page, name)
      }
      const named = async (query, id) => {
        await stage.go(page, `/subscriptions?${query}`)
        const found = await page.locator('main tbody a[href*="/subscriptions/"]').evaluateAll((links) => links.map((one) => one.getAttribute('href').split('/').pop()))
        assert(id ? found.join() === id : found.length === 0, `${query} finds ${found.join() || 'nothing'}`)
      }
      await named('q=rk_bianhua', 'sub2')
      await named('state=paused&side=in', 'sub4')
      await named('state=paused&side=out', '')
      await page.goto(`${stage.world.url}/subscriptions/sub4?tab=held`)
      await page.waitForSelector('[data-test=held-offline]')
      await stage.accessible(page, 'held rows offline')
    },
  },
  {
    name: 'changed source: the provider corrects and hands in the proposed mount, the consumer waits and reads no column',
    async run(stage) {
      if (!stage.mock) return console.log('        the demo county changes no table')
      const provider = await stage.logIn(stage.account('department_operator', '公安局'))
      await stage.go(provider, '/catalogue/r1')
      await provider.waitForSelector('[data-test=remount-name]')
      assert((await provider.locator('[data-test=remount-name]').innerText()).includes('姓名'), 'the reason is not told')
      await stage.inspect(provider, 'remount')
      await stage.inspectEverywhere(provider, '/catalogue/r1', 'remount')
      await provider.click('[data-test=confirm-remount]')
      await provider.waitForSelector('[data-test=mount-change], .el-message')
      const consumer = await stage.logIn(stage.account('department_operator', '民政局'))
      await stage.go(consumer, '/subscriptions/sub5')
      await consumer.waitForSelector('[data-test=source-change]')
      assert(!(await consumer.locator('main').innerText()).includes('XM'), 'a column of the provider is shown')
      await stage.inspect(consumer, 'subscription-source-changed')
    },
  },
  {
    name: 'return flow: from the list of what flows back to a request that is filled in, and to a subscription under its grant',
    async run(stage) {
      if (!stage.mock) return console.log('        no office of a lower region in the demo county')
      const page = await stage.logIn(stage.account('department_operator', '民政局'))
      await stage.go(page, '/subscriptions')
      await page.click('[data-test=return-flow]')
      await page.waitForSelector('[data-test=return-rows]')
      assert((await page.locator('[data-test=return-rows]').first().innerText()).includes('330199101'), 'the region is not shown')
      await stage.inspect(page, 'return-flow')
      await page.click('[data-test=return-subscribe]')
      await page.waitForSelector('[data-test^=column-]')
      await stage.go(page, '/subscriptions')
      await page.click('[data-test=return-flow]')
      await page.click('[data-test=return-ask]')
      await page.waitForURL(/requests\//)
      await stage.inspect(page, 'return-flow-request')
    },
  },
  {
    name: 'flows: what needs somebody first, the map by volume with its subscriptions, by keyboard and on a phone',
    async run(stage) {
      const { page } = await some(stage)
      const flows = await stage.get(page, 'flows')
      await stage.go(page, '/flows')
      if (!flows.length) return console.log('        nothing flows here')
      await stage.inspect(page, 'flows')
      await stage.go(page, '/flows?view=river')
      await page.waitForSelector('[data-test^=band-]')
      await stage.handbook(page, 'flows')
      await page.locator('[data-test^=band-]').first().focus()
      await page.keyboard.press('Enter')
      await page.waitForSelector('[data-test=band] tbody tr')
      await stage.inspect(page, 'flows-river')
      for (const width of [360, 768, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        await stage.noOverflow(page, `/flows?view=river at ${width}`)
      }
    },
  },
]
