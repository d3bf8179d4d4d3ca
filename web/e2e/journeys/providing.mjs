// A department registers a resource, mounts it, publishes it and gives a grant.
import { readFileSync } from 'node:fs'
import { assert } from '../stage.mjs'
import { headOf } from './asking.mjs'

/** An operator whose department has a connected agent with a source that is up. */
async function provider(stage) {
  for (const account of stage.accounts('department_operator')) {
    const page = await stage.logIn(account)
    const { items = [] } = (await stage.get(page, 'agents')) ?? {}
    for (const agent of items) {
      const source = agent.sources?.find((one) => one.up)
      if (agent.connected && source) return { account, page, agent, source }
    }
    await page.context().close()
  }
  throw new Error('no department has a working source')
}

/** The department looks at its data; another department and the bureau read what was seen, and can do no more. */
async function qualityForOthers(stage, head, own, id) {
  await head.click('[data-test=tab-quality]')
  await head.click('[data-test=look]')
  await head.waitForSelector('[data-test=quality-as-of]')
  const { mount } = await stage.get(head, `resources/${id}`)
  const other = stage.accounts('department_operator').find((one) => one.organisation !== own)
  for (const [reader, name] of [[other, 'other'], [stage.account('business_operator'), 'bureau']]) {
    const page = await stage.logIn(reader, `/catalogue/${id}?tab=quality`)
    await page.waitForSelector('[data-test=quality-as-of]')
    assert(!(await page.locator('[data-test=look]').count()), 'others can look into the table of a department')
    await stage.inspect(page, `resource-quality-${name}`)
    await page.click('[data-test=tab-items]')
    await page.waitForSelector('[data-test=examples-why]')
    const shown = await page.locator('[role=tabpanel]').innerText()
    if (name === 'other') for (const { column } of mount.columns) assert(!shown.includes(column), `the column ${column} is told to others`)
    await stage.inspect(page, `resource-items-${name}`)
    await page.context().close()
  }
}

export const providing = [
  {
    name: 'catalogue: searched, filtered, opened, exported with formulas made harmless',
    async run(stage) {
      const page = await stage.logIn(stage.account('business_operator'), '/catalogue')
      const total = Number((await page.textContent('[data-test=total]')).replace(/\D/g, ''))
      assert(total > 0, 'the catalogue is empty')
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=export]')])
      const csv = readFileSync(await download.path(), 'utf8')
      assert(csv.startsWith('\uFEFF') && csv.trim().split('\r\n').length === total + 1, 'not every row was exported')
      assert(!/(^|,|")[=@]/m.test(csv), 'a cell begins with a formula')
      const [sheet] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=export-xlsx]')])
      const bytes = readFileSync(await sheet.path())
      assert(bytes.subarray(0, 2).toString() === 'PK' && sheet.suggestedFilename().endsWith('.xlsx'), 'no Excel file')
      await page.fill('[data-test=search]', '绝对没有这个资源')
      await page.waitForSelector('[data-test=empty]')
      await stage.inspect(page, 'catalogue-empty')
    },
  },
  {
    name: 'provide: register, mount on a live table, publish, grant, withdraw',
    async run(stage) {
      const { account, page, agent, source } = await provider(stage)
      const name = `端到端测试资源 ${Date.now()} <b>x</b>`
      await stage.go(page, '/catalogue/new')
      await page.click('[data-test=save]')
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'resource-new-wrong')
      await page.fill('[data-test=r-name]', name)
      await page.fill('#r-abstract', '由端到端测试登记，可以删去。')
      await page.fill('#r-cond', '须经我局同意')
      await page.waitForSelector('[data-check=invented].bad')
      await stage.inspect(page, 'resource-illegal')
      await page.fill('#r-cond', '县级部门办理社会救助等事项时使用')
      await stage.pick(page, '数据元 1', '公民身份号码')
      await page.locator('[data-test=item-0] .el-checkbox').first().click()
      await page.click('[data-test=add-item]')
      await stage.pick(page, '数据元 2', '姓名')
      await stage.inspect(page, 'resource-new')
      await page.click('[data-test=save]')
      await page.waitForURL(/catalogue\/(?!new)[^/]+$/)
      await stage.settle(page)
      const id = page.url().split('/').pop()
      assert((await page.textContent('h1')).includes('<b>x</b>'), 'the name is not shown as it was typed')
      await stage.inspect(page, 'resource-draft')

      await page.click('[data-test=mount]')
      await stage.settle(page)
      if (await page.locator('.el-select:has(input[aria-label="前置机"])').count()) {
        if (!(await page.locator(`[data-test="source-${source.name}"]`).count())) await stage.pick(page, '前置机', agent.name)
      }
      await page.click(`[data-test="source-${source.name}"]`)
      await stage.settle(page)
      const tables = await page.locator('[data-test^=table-]').count()
      assert(tables > 0, 'no tables')
      await page.locator('[data-test^=table-]').first().click()
      await page.waitForSelector('[data-test^=map-]')
      await page.waitForSelector('[data-test=profiling]', { state: 'detached', timeout: 60_000 })
      const first = page.locator('[data-test^=map-] .el-select').first()
      const chosen = await first.innerText()
      if (/本表没有/.test(chosen) || !chosen.trim()) {
        await first.click()
        await page.locator('.el-select-dropdown__item:visible').first().click()
      }
      await stage.inspect(page, 'mount')
      await page.click('[data-test=save-mount]')
      await page.waitForURL(`**/catalogue/${id}`)
      await stage.settle(page)
      await page.waitForSelector('[data-test=mount-change]')
      const bureau = await stage.logIn(stage.account('business_operator'), `/catalogue/${id}`)
      await bureau.click('[data-test=approve-mount]')
      await bureau.click('[data-test=confirm]')
      await bureau.waitForSelector('[data-test=mount-change]', { state: 'detached' })

      // Clerk, head, bureau: each takes his step, and once it comes back.
      await stage.go(page, `/catalogue/${id}`)
      await page.click('[data-test=submit]')
      await page.waitForSelector('[data-state=signing]')
      const head = await headOf(stage, account.organisation)
      await stage.go(head, `/catalogue/${id}`)
      await head.click('[data-test=return]')
      await head.click('[data-test=confirm-return]')
      await head.waitForSelector('.el-form-item__error')
      await stage.inspect(head, 'resource-return')
      await head.click('[data-test=reason-incomplete]')
      await head.fill('[data-test=return-text]', '端到端测试：请补充')
      await head.click('[data-test=confirm-return]')
      await head.waitForSelector('[data-state=returned]')
      await stage.go(page, `/catalogue/${id}`)
      assert((await page.locator('[data-test=flow]').innerText()).includes('请补充'), 'it is not said why it came back')
      await stage.inspect(page, 'resource-returned')
      await page.click('[data-test=submit]')
      await page.waitForSelector('[data-state=signing]')
      await stage.go(head, `/catalogue/${id}`)
      await head.click('[data-test=sign]')
      await head.fill('[data-test=sign-secrecy]', '不涉及国家秘密')
      await head.fill('[data-test=sign-privacy]', '含敏感个人信息，脱敏后提供')
      await head.click('[data-test=sign-sure]')
      await stage.inspect(head, 'resource-sign')
      await head.click('[data-test=confirm-sign]')
      await head.waitForSelector('[data-state=under_review]')
      await stage.go(bureau, `/catalogue/${id}`)
      await stage.handbook(bureau, 'review')
      await bureau.click('[data-test=approve]')
      await bureau.click('[data-test=confirm]')
      await bureau.waitForSelector('[data-test=publish]')
      await bureau.click('[data-test=publish]')
      await bureau.click('[data-test=confirm]')
      await bureau.waitForSelector('[data-state=published]')
      await stage.go(head, `/catalogue/${id}`)
      await head.waitForSelector('[data-test=withdraw]')
      for (const tab of ['items', 'users', 'quality', 'history', 'call']) {
        await head.click(`[data-test=tab-${tab}]`)
        await stage.settle(head)
        await stage.noError(head)
        await stage.inspect(head, `resource-${tab}`)
      }
      await head.click('[data-test=tab-overview]')
      await stage.inspect(head, 'resource-published')
      await qualityForOthers(stage, head, account.organisation, id)

      await stage.go(head, `/grants/new?resource=${id}`)
      await head.click('[data-test=save-grant]')
      await head.waitForSelector('.el-form-item__error')
      await stage.inspect(head, 'grant-new-wrong')
      await stage.pick(head, '使用部门')
      await stage.pick(head, '公民身份号码', '完整提供')
      await stage.pick(head, '姓名', '脱敏')
      await head.fill('#matter-0', 'E2E-001')
      await head.fill('#basis-0', '端到端测试')
      await stage.inspect(head, 'grant-new')
      await head.click('[data-test=save-grant]')
      await head.waitForURL(/grants\/(?!new)[^/]+$/)
      await stage.settle(head)
      await stage.inspect(head, 'grant-made')
      await head.click('[data-test=revoke]')
      await head.locator('[data-test^=cause-]').first().click()
      await head.fill('[data-test=reason]', '端到端测试结束')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-state=revoked]')

      await stage.go(head, `/catalogue/${id}`)
      await head.click('[data-test=withdraw]')
      await stage.pick(head, '下线原因')
      await head.fill('[data-test=reason]', '端到端测试结束')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-state=going_offline]')
      await stage.inspect(head, 'resource-going-offline')
      const [announced] = (await stage.get(head, `announcements?resource_id=${id}`))?.items ?? []
      if (!process.argv.includes('--mock')) assert(announced?.kind === 'going_offline', 'it is not announced')
    },
  },
  {
    name: 'import: each faulty cell is named, and nothing is stored by the check',
    async run(stage) {
      const page = await stage.logIn(stage.accounts('department_operator')[0], '/catalogue/import')
      const before = (await stage.get(page, 'resources?page_size=1'))?.total
      const bad = { resources: [{ name: '', abstract: '端到端', share_type: '部分共享', items: [{ zh: '身份正号', element: '没有这个数据元' }] }] }
      await page.setInputFiles('[data-test=file]', { name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bad)) })
      await page.waitForSelector('[data-test=report]')
      assert(await page.locator('[data-test=report] tbody tr').count(), 'no fault is named')
      await stage.inspect(page, 'import-report')
      await stage.handbook(page, 'import-report')
      assert((await stage.get(page, 'resources?page_size=1'))?.total === before, 'the check stored something')
    },
  },
  {
    name: 'reverse cataloguing: a table proposes its items, a person confirms them',
    async run(stage) {
      const { page, agent, source } = await provider(stage)
      await stage.go(page, '/catalogue/from-table')
      await stage.settle(page)
      if (!(await page.locator(`[data-test="source-${source.name}"]`).count())) await stage.pick(page, '前置机', agent.name)
      await page.click(`[data-test="source-${source.name}"]`)
      await stage.settle(page)
      await page.locator('[data-test^=table-]').first().click()
      await page.waitForSelector('[data-test^=line-]', { timeout: 60_000 })
      assert(await page.locator('[data-confidence=sure]').count(), 'nothing is proposed as sure')
      await stage.inspect(page, 'from-table')
      await page.fill('[data-test=f-name]', `端到端反向编目 ${Date.now()}`)
      await page.fill('[data-test=f-abstract]', '由端到端测试登记，可以删去。')
      await page.click('[data-test=save-from-table]')
      await page.waitForURL(/catalogue\/(?!new|from)[^/]+$/)
      await stage.settle(page)
      await page.waitForSelector('[data-test=mount-change]')
    },
  },
]
