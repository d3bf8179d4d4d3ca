// Pictures for the operator's handbook that no other journey takes. Runs only with --handbook.
import { assert } from '../stage.mjs'
import { asker, fillQuestion } from './asking.mjs'

/** Resources of a department in one of the states, with the account of that department. */
async function own(stage, role, wanted) {
  for (const account of stage.accounts(role)) {
    const page = await stage.logIn(account)
    const { user } = await stage.get(page, 'session')
    const { items = [] } = (await stage.get(page, `resources?organisation_id=${user.organisation.id}&page_size=200`)) ?? {}
    const found = items.find(wanted)
    if (found) return { account, page, found }
    await page.context().close()
  }
  return null
}

export const handbook = [
  {
    name: 'handbook: log-in, to-do, search, resource, mount',
    handbook: true,
    async run(stage) {
      const login = await stage.open('/login')
      await login.waitForSelector('[data-test=login]')
      await stage.handbook(login, 'log-in')
      const bureau = await stage.logIn(stage.account('business_operator'))
      await stage.handbook(bureau, 'to-do')
      await stage.go(bureau, '/catalogue?q=%E4%BA%BA%E5%8F%A3')
      await stage.handbook(bureau, 'search')
      const { items } = await stage.get(bureau, 'resources?state=published&page_size=50')
      const rich = items.filter((one) => one.mount_state === 'mounted').sort((a, b) => b.items.length - a.items.length)[0] ?? items[0]
      await stage.go(bureau, `/catalogue/${rich.id}`)
      await stage.handbook(bureau, 'resource-detail')
      const mounting = await own(stage, 'department_operator', (one) => one.mount_state === 'mounted')
      if (mounting) {
        await stage.go(mounting.page, `/catalogue/${mounting.found.id}/mount`)
        await stage.handbook(mounting.page, 'mount-wizard')
      }
    },
  },
  {
    name: 'handbook: ask, evidence, agents, users, settings',
    handbook: true,
    async run(stage) {
      const { page, grant, sample } = await asker(stage)
      await fillQuestion(stage, page, grant, sample.value)
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('[data-test=answer], [data-test=error]')
      await stage.handbook(page, 'ask')
      await page.click('[data-test=evidence-link]')
      await page.waitForURL('**/evidence/*')
      await stage.settle(page)
      await page.click('[data-test=verify]')
      await page.waitForSelector('[data-test=proof-verdict]')
      await stage.handbook(page, 'evidence-proof')
      const platform = await stage.logIn(stage.account('platform_operator'), '/agents')
      await stage.handbook(platform, 'agents')
      await stage.go(platform, '/users')
      await stage.handbook(platform, 'users')
      await platform.fill('[data-test=search]', stage.account('department_head').username)
      await platform.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
      await platform.click('[data-test=user-access]')
      await platform.waitForSelector('[data-test=reset-password]')
      await stage.settle(platform)
      await stage.handbook(platform, 'user-access')
      const { items: people } = await stage.get(platform, 'users?page_size=200')
      const about = people.find((one) => one.role === 'business_operator')
      const proposal = await stage.post(platform, 'account-proposals', { kind: 'reset_password', user_id: about.id, reason: '本人忘记密码，已当面核实' })
      const auditor = await stage.logIn(stage.account('security_auditor'), '/admin/proposals?state=pending')
      await auditor.locator('[data-test=confirm-proposal]').first().click()
      await auditor.waitForSelector('.el-dialog:visible')
      await stage.handbook(auditor, 'account-proposals')
      await stage.post(platform, `account-proposals/${proposal.id}/withdraw`)
      const bureau = await stage.logIn(stage.account('business_operator'), '/settings')
      assert((await bureau.locator('main tbody tr').count()) > 0, 'no settings')
      await stage.handbook(bureau, 'settings')
    },
  },
]
