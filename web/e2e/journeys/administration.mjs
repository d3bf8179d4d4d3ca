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
      await page.waitForSelector('[data-test=u-username]', { state: 'detached' })
      if (stage.world.url && !process.argv.includes('--mock')) {
        const clerk = await stage.logIn({ username, password })
        await clerk.context().close()
      }
      await page.fill('[data-test=search]', username)
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1)
      await page.locator('tbody tr .el-button').nth(1).click()
      await page.waitForSelector('tbody [data-state=disabled]')
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
