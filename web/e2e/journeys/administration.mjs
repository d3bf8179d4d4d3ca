// Those who run the platform, and the developers of a department.
import { assert } from '../stage.mjs'

const fresh = (word) => `${word}${Date.now() % 1e8}`

const mocked = () => process.argv.includes('--mock')

/** Logs in with a password that was given by others, which must be changed before anything else. */
async function dueWith(stage, username, password, picture) {
  const page = await stage.logIn({ username, password })
  await page.waitForSelector('[data-test=due]')
  if (picture) await stage.inspect(page, picture)
  await stage.go(page, '/catalogue')
  assert(new URL(page.url()).pathname === '/account', 'another page opened before the first password was changed')
  await page.context().close()
}

/** The password that is shown this once, noted by whoever sees it. */
async function notedPassword(stage, page, picture) {
  const shown = page.locator('[data-test=initial-password] pre')
  await shown.waitFor()
  const password = (await shown.innerText()).trim()
  if (picture) await stage.inspect(page, picture)
  await page.click('[data-test=password-noted]')
  await shown.waitFor({ state: 'hidden' })
  assert(!(await page.content()).includes(password), 'the password is still on the page')
  return password
}

/** Says yes in the dialog that is open; closed ones stay in the page. */
const confirm = (page) => page.locator('[data-test=confirm]').filter({ visible: true }).last().click()

/** Finds one user in the list. */
async function onlyUser(page, username) {
  await page.fill('[data-test=search]', username)
  await page.waitForFunction((wanted) => document.querySelectorAll('tbody tr').length === 1 && document.querySelector('tbody').innerText.includes(wanted), username)
}

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
      if (!mocked()) await dueWith(stage, username, password, 'account-due')
      await onlyUser(page, username)
      await page.click('[data-test=user-access]')
      await page.waitForSelector('[data-test=reset-password]')
      await stage.settle(page)
      await stage.inspect(page, 'user-access')
      // He forgets the new one at once.
      await page.click('[data-test=reset-password]')
      await stage.inspect(page, 'user-reset-password')
      await confirm(page)
      const temporary = await notedPassword(stage, page, 'user-temporary-password')
      await page.keyboard.press('Escape')
      if (!mocked()) await dueWith(stage, username, temporary)
      await page.click('[data-test=toggle-user]')
      await stage.inspect(page, 'user-disable')
      await confirm(page)
      await page.waitForSelector('tbody [data-state=disabled]')
      if (!mocked()) {
        const shut = await stage.open('/login')
        await shut.fill('[data-test=username]', username)
        await shut.fill('[data-test=password]', temporary)
        await shut.click('[data-test=login]')
        await shut.waitForSelector('[data-test=error]')
      }
      await page.click('[data-test=toggle-user]')
      await confirm(page)
      await page.waitForSelector('tbody [data-state=enabled]')
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
      await confirm(other)
      await other.waitForSelector('tbody [data-state=refused]')
      await stage.inspect(other, 'proposal-refused')
    },
  },
  {
    name: 'users: an auditor is shut out at once, and let in again, with another password, only by two people',
    async run(stage) {
      const page = await stage.logIn(stage.account('platform_operator'), '/users')
      const other = await stage.logIn(stage.account('security_auditor'), '/admin/proposals')
      let username = 'auditor'
      if (!mocked()) {
        username = fresh('sj')
        const { user } = await stage.get(page, 'session')
        const { id } = await stage.post(page, 'account-proposals', { kind: 'create', username, display_name: '审计测试员', person: fresh('SJ'), role: 'security_auditor', organisation_id: user.organisation.id, reason: '端到端测试' })
        await stage.post(other, `account-proposals/${id}/confirm`)
      }
      await onlyUser(page, username)
      await page.click('[data-test=toggle-user]')
      await confirm(page)
      await page.waitForSelector('tbody [data-state=disabled]')
      await page.click('[data-test=toggle-user]')
      await confirm(page)
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'user-propose-enable')
      await page.fill('[data-test=reason]', '端到端测试，回到岗位')
      await confirm(page)
      await page.waitForSelector('[data-test=reason]', { state: 'hidden' })
      await page.click('[data-test=user-access]')
      await page.click('[data-test=reset-password]')
      await page.fill('[data-test=reason]', '端到端测试，忘记密码')
      await confirm(page)
      await page.waitForSelector('[data-test=reset-password]', { state: 'detached' })
      await stage.settle(page)
      assert((await page.locator('[data-test=pending-proposal]').count()) === 2, 'what waits for confirmation is not shown')
      await stage.inspect(page, 'user-access-proposed')
      await stage.go(other, `/admin/proposals?q=${username}`)
      for (const what of ['重新启用', '重置密码']) {
        await other.locator('tr', { hasText: what }).locator('[data-test=confirm-proposal]').first().click()
        await stage.inspect(other, what === '重置密码' ? 'proposal-confirm-password' : 'proposal-confirm-enable', ['wide'])
        await confirm(other)
        if (what === '重新启用') await other.locator('tr', { hasText: what }).locator('[data-state=confirmed]').first().waitFor()
      }
      const temporary = await notedPassword(stage, other, 'proposal-password')
      await stage.inspect(other, 'proposals')
      if (mocked()) return
      await dueWith(stage, username, temporary)
      await page.keyboard.press('Escape')
      await page.reload()
      await page.waitForSelector('tbody [data-state=enabled]')
      await page.click('[data-test=toggle-user]')
      await confirm(page)
      await page.waitForSelector('tbody [data-state=disabled]')
    },
  },
  {
    name: 'users: an account of a log-in service is bound where one is set up, for an auditor by proposal, and unbound',
    async run(stage) {
      const page = await stage.logIn(stage.account('platform_operator'), '/users')
      const { items: services } = await stage.get(page, 'session/oidc')
      const clerk = stage.account('department_head')
      await onlyUser(page, clerk.username)
      await page.click('[data-test=user-access]')
      await page.waitForSelector('[data-test=reset-password]')
      await stage.settle(page)
      if (!services.length) {
        assert((await page.locator('[data-test=bind]').count()) === 0, 'binding is offered where there is no log-in service')
        return
      }
      await page.click('[data-test=bind]')
      await confirm(page)
      await page.waitForSelector('.el-form-item__error')
      await stage.inspect(page, 'user-bind-wrong')
      const subject = fresh('330199-')
      await page.fill('[data-test=b-subject]', subject)
      await stage.inspect(page, 'user-bind')
      await confirm(page)
      await page.locator('[data-test=bound-subject]', { hasText: subject }).waitFor()
      await stage.inspect(page, 'user-bound')
      await page.click('[data-test=unbind]')
      await stage.inspect(page, 'user-unbind', ['wide'])
      await confirm(page)
      await page.waitForSelector('[data-test=bound-subject]', { state: 'detached' })
      await page.keyboard.press('Escape')
      await onlyUser(page, stage.account('security_auditor').username)
      await page.click('[data-test=user-access]')
      await page.click('[data-test=bind]')
      await page.fill('[data-test=b-subject]', subject)
      await page.fill('[data-test=b-reason]', '端到端测试，改用统一身份')
      await stage.inspect(page, 'user-propose-bind')
      await confirm(page)
      await page.waitForSelector('[data-test=pending-proposal]')
      const other = await stage.logIn(stage.account('business_operator'), '/admin/proposals')
      await stage.inspect(other, 'proposal-bind')
      await page.locator('[data-test=pending-proposal]', { hasText: '绑定统一身份' }).locator('[data-test=withdraw-proposal]').click()
      await page.waitForSelector('[data-test=bind]')
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
