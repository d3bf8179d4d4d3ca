// A planned system is filed, matched, decided; what exists leads to a request. The guided tours.
import { assert } from '../stage.mjs'
import { headOf } from './asking.mjs'

const TABLE = '资源名称\t信息项\t说明\n老年人口基础台账\t姓名\t\n\t公民身份号码\t\n\t性别\t\n\t户籍地址\t\n\t与户主关系\t\n居家养老服务记录\t服务工单号\t\n\t服务项目\t\n\t签到时间\t\n'

export const projects = [
  {
    name: 'new system: filed from a pasted table, looked up, signed, decided resource by resource, and a request follows',
    async run(stage) {
      const account = stage.accounts('department_operator').find((one) => one.organisation.includes('民政')) ?? stage.account('department_operator')
      const page = await stage.logIn(account, '/plans/new')
      const name = `端到端养老平台 ${Date.now()}`
      await page.fill('[data-test=p-name]', name)
      await page.fill('[data-test=p-purpose]', '汇集全县老年人信息，开展居家养老服务派单。')
      await page.fill('[data-test=p-functions]', '老年人信息采集\n服务派单\n服务评价')
      await page.fill('[data-test=p-cost]', '1,200,000')
      await page.fill('#p-starts', '2027-01-01')
      await page.fill('#p-ends', '2027-12-31')
      await page.click('[data-test=paste]')
      await page.fill('[data-test=paste-text]', TABLE)
      await stage.inspect(page, 'plan-new-paste')
      await page.click('[data-test=paste-take]')
      assert((await page.locator('[data-test^=planned-]').count()) === 2, 'the table was not taken over')
      await page.click('[data-test=preview]')
      await page.waitForSelector('[data-test=preview-report]')
      await stage.inspect(page, 'plan-preview')
      await page.click('[data-test=submit-plan]')
      await page.waitForURL(/plans\/(?!new)[^/]+$/)
      await stage.settle(page)
      const id = page.url().split('/').pop()

      const head = await headOf(stage, account.organisation)
      await stage.go(head, `/plans/${id}`)
      await head.click('[data-test=plan-sign]')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-test=report]', { timeout: 30_000 })
      await head.click('[data-test=plan-reply]')
      await head.fill('[data-test=reason]', '需要随时派单，希望保留服务记录。')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-test=reply]')

      const bureau = await stage.logIn(stage.account('business_operator'), `/plans/${id}`)
      const first = bureau.locator('[data-test=match-0]')
      assert((await first.getAttribute('data-overlaps')) === 'true', 'the planted overlap was not found')
      await stage.inspect(bureau, 'plan-review')
      await stage.handbook(bureau, 'new-system-review')
      await bureau.click('[data-test=decide-plan]')
      await bureau.waitForSelector('[data-test=decide-form] .el-form-item__error')
      await bureau.click('[data-test=take-advice]')
      for (const box of await bureau.locator('[data-test^=ruling-reason-]').all()) if (!(await box.inputValue())) await box.fill('没有现成的数据。')
      await bureau.click('[data-test=view-cut]')
      await bureau.fill('[data-test=granted]', '600000')
      await bureau.fill('[data-test=whole-reason]', '老年人口信息已有，共享使用；服务记录可以建设。')
      await stage.inspect(bureau, 'plan-decide')
      await bureau.click('[data-test=decide-plan]')
      await bureau.waitForSelector('[data-test=plan-decision]')
      await stage.inspect(bureau, 'plan-decided')

      await stage.go(page, `/plans/${id}`)
      const ask = page.locator('[data-test=request-target]')
      if (await ask.count()) {
        await ask.first().click()
        await page.waitForURL(/requests\/new\?resource=/)
        await page.waitForSelector('.items')
        assert((await page.locator('.items label.on').count()) > 0, 'the items were not filled in')
        await stage.inspect(page, 'request-from-plan')
      }
      await stage.go(page, '/plans')
      await stage.inspect(page, 'plans')
    },
  },
  {
    name: 'tours: each leads through real pages to its end; it can be left and resumed, and it works by keyboard',
    async run(stage) {
      for (const role of ['business_operator', 'department_operator']) {
        const page = await stage.logIn(stage.account(role))
        await page.click('[data-test=tour-start]')
        await page.waitForSelector('[data-test=tour]')
        await stage.inspect(page, `tour-${role}`)
        await page.locator('[data-test=tour] h2').focus()
        await page.keyboard.press('ArrowRight')
        await page.waitForFunction(() => /第 [2-9] 步/.test(document.querySelector('[data-test=tour]')?.textContent ?? ''))
        await page.keyboard.press('Escape')
        await page.waitForSelector('[data-test=tour]', { state: 'detached' })
        await stage.go(page, '/')
        await page.click('[data-test=tour-resume]')
        await page.waitForFunction(() => /第 [2-9] 步/.test(document.querySelector('[data-test=tour]')?.textContent ?? ''))
        for (let steps = 0; steps < 20; steps++) {
          const next = page.locator('[data-test=tour-next]')
          if (!(await next.count())) break
          const heading = await page.locator('[data-test=tour] h2').innerText()
          await page.waitForFunction(() => document.querySelector('[data-test=tour-next]')?.getAttribute('aria-busy') === 'false', null, { timeout: 20_000 })
          await stage.settle(page)
          await stage.noError(page)
          if (role === 'business_operator' && steps < 12) await stage.accessible(page, `tour: ${heading}`)
          await next.click()
        }
        await page.waitForSelector('[data-test=tour]', { state: 'detached' })
        assert(new URL(page.url()).pathname === '/', 'the tour does not end where it began')
        await page.context().close()
      }
    },
  },
]
