// Those who run the platform, and the developers of a department.
import { assert } from '../stage.mjs'

const fresh = (word) => `${word}${Date.now() % 1e8}`

export const administration = [
  {
    name: 'agents: a join code is shown once; a machine is disabled and enabled',
    async run(stage) {
      const page = await stage.logIn(stage.account('platform_operator'), '/agents')
      const name = fresh('测试前置机')
      await page.click('[data-test=new-agent]')
      await page.fill('[data-test=agent-name]', name)
      await stage.pick(page, '机构')
      await stage.inspect(page, 'agent-new')
      await page.click('[data-test=create-agent]')
      await page.waitForSelector('[data-test=join-code]')
      await stage.inspect(page, 'agent-join-code')
      await page.click('[data-test=join-done]')
      await stage.settle(page)
      await page.fill('[data-test=search]', name)
      await page.waitForFunction((wanted) => document.querySelectorAll('tbody tr').length === 1 && document.body.innerText.includes(wanted), name)
      await page.click(`a:has-text("${name}")`)
      await stage.settle(page)
      assert(!(await page.content()).includes('data-test="join-code"'), 'the join code is shown again')
      await page.click('[data-test=disable]')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=enable]')
      await stage.inspect(page, 'agent-disabled')
      await page.click('[data-test=enable]')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=disable]')
    },
  },
  {
    name: 'users: a new clerk is made, logs in, and is shut out when disabled',
    async run(stage) {
      const page = await stage.logIn(stage.account('platform_operator'), '/users')
      const username = fresh('e2e')
      await page.click('[data-test=new-user]')
      await page.click('[data-test=save-user]')
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'user-new-wrong')
      await page.fill('[data-test=u-username]', username)
      await page.fill('[data-test=u-name]', '测试员')
      await stage.pick(page, '机构')
      const password = stage.world.accounts[0].password.length >= 10 && /[A-Z]/.test(stage.world.accounts[0].password) ? stage.world.accounts[0].password : 'Test-user-2026'
      await page.fill('[data-test=u-password]', password)
      await page.click('[data-test=save-user]')
      await page.waitForSelector('[data-test=u-username]', { state: 'hidden' })
      if (stage.world.url && !process.argv.includes('--mock')) {
        const clerk = await stage.logIn({ username, password })
        // The first password must be changed before anything else.
        await clerk.waitForSelector('[data-test=due]')
        await stage.inspect(clerk, 'account-due')
        await stage.go(clerk, '/catalogue')
        assert(new URL(clerk.url()).pathname === '/account', 'another page opened before the first password was changed')
        await clerk.context().close()
      }
      await page.fill('[data-test=search]', username)
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
      await page.click('[data-test=user-access]')
      await page.waitForSelector('.el-dialog:visible')
      await stage.settle(page)
      await stage.inspect(page, 'user-access')
      await page.keyboard.press('Escape')
      await page.click('[data-test=toggle-user]')
      await page.waitForSelector('tbody [data-state=disabled]')
    },
  },
  {
    name: 'users: an auditor is only proposed, and somebody of the other side decides',
    async run(stage) {
      const page = await stage.logIn(stage.account('platform_operator'), '/users')
      const username = fresh('aud')
      await page.click('[data-test=new-user]')
      await page.fill('[data-test=u-username]', username)
      await page.fill('[data-test=u-name]', '审计测试员')
      await stage.pick(page, '岗位', '安全审计')
      await stage.pick(page, '机构')
      await page.click('[data-test=save-user]')
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'user-propose')
      await page.fill('[data-test=u-person]', fresh('SJ'))
      await page.fill('[data-test=u-reason]', '端到端测试')
      await page.click('[data-test=save-user]')
      await page.waitForSelector('[data-test=u-username]', { state: 'hidden' })
      const other = await stage.logIn(stage.account('security_auditor'), '/admin/proposals')
      await other.locator('tr', { hasText: username }).locator('[data-test=refuse-proposal]').click()
      await other.fill('[data-test=reason]', '端到端测试，不需要')
      await other.click('[data-test=confirm]')
      await other.waitForSelector('tbody [data-state=refused]')
      await stage.inspect(other, 'proposal-refused')
    },
  },
  {
    name: 'settings: a clock may be shortened but not beyond the law, and the reason is asked for',
    async run(stage) {
      const page = await stage.logIn(stage.account('business_operator'), '/settings')
      await stage.settle(page)
      const button = page.locator('[data-test^="setting-"][data-test$="_days"]').first()
      await button.click()
      await page.fill('[data-test=setting-value]', '999')
      await page.click('[data-test=save-setting]')
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'setting-wrong')
      await page.keyboard.press('Escape')
    },
  },
  {
    name: 'negative list: an entry without a law behind it is not taken',
    async run(stage) {
      const page = await stage.logIn(stage.account('business_operator'), '/negative-list')
      const name = fresh('端到端清单')
      await page.click('[data-test=new-negative]')
      await page.fill('[data-test=n-name]', name)
      await page.fill('#n-pattern', '*端到端永不出现*')
      await page.fill('[data-test=n-basis]', '局长不同意')
      await page.click('[data-test=save-negative]')
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'negative-wrong')
      await page.fill('[data-test=n-basis]', '《中华人民共和国保守国家秘密法》第二十八条')
      await page.click('[data-test=save-negative]')
      await page.waitForSelector('[data-test=n-name]', { state: 'hidden' })
      await page.fill('[data-test=search]', name)
      await page.waitForFunction((wanted) => document.querySelectorAll('tbody tr').length === 1 && document.body.innerText.includes(wanted), name)
    },
  },
  {
    name: 'client systems: the secret is shown once',
    async run(stage) {
      const page = await stage.logIn(stage.account('department_developer'), '/clients')
      await page.click('[data-test=new-client]')
      await page.fill('[data-test=client-name]', fresh('测试应用'))
      await page.click('[data-test=save-client]')
      await page.waitForSelector('[data-test=secret]')
      const secret = await page.locator('[data-test=secret] pre').innerText()
      await stage.inspect(page, 'client-secret')
      await page.click('[data-test=secret-done]')
      await page.reload()
      await stage.settle(page)
      assert(secret.length >= 20 && !(await page.content()).includes(secret), 'the secret is still on the page')
    },
  },
]
