// A request for sharing from the first draft to the refused call after its grant was revoked; a refusal with its reasons; the board.
import { assert } from '../stage.mjs'
import { headOf } from './asking.mjs'

const OPEN = ['draft', 'signing', 'checking', 'incomplete', 'deciding', 'provider_signing', 'approved', 'delivering']

/** Two departments with people, and a resource of the one with live data that the other may ask for; better one with samples. */
export async function parties(stage) {
  const bureau = await stage.logIn(stage.account('business_operator'))
  const { items } = await stage.get(bureau, 'resources?state=published&share_type=conditional&page_size=200')
  await bureau.context().close()
  const staff = (name) => {
    const of = (role) => stage.accounts(role).find((one) => name.includes(one.organisation) || one.organisation.includes(name))
    return { operator: of('department_operator'), head: of('department_head') }
  }
  const consumers = stage.accounts('department_operator').map((one) => ({ name: one.organisation, ...staff(one.organisation) })).filter((one) => one.head)
  const sampled = (one) => stage.world.samples.find((sample) => sample.resource === one.code)
  const usable = items.filter((one) => one.mount_state === 'mounted').sort((a, b) => Number(!!sampled(b)) - Number(!!sampled(a)))
  for (const resource of usable) {
    const provider = staff(resource.organisation_name)
    const consumer = consumers.find((one) => !resource.organisation_name.includes(one.name) && !one.name.includes(resource.organisation_name))
    if (provider.operator && provider.head && consumer) return { resource, provider, consumer, sample: sampled(resource) }
  }
  throw new Error('no published, mounted, conditional resource whose department has an operator and a head')
}

const confirm = async (page) => {
  await page.click('[data-test=confirm]:visible')
  await page.waitForFunction(() => ![...document.querySelectorAll('.el-dialog')].some((one) => one.getClientRects().length))
}

/** Presses one of the acts of a request, with a reason where one is asked for. */
export async function act(stage, page, name, reason) {
  await page.click(`[data-test=act-${name}]`)
  if (reason) await page.fill('[data-test=reason]', reason)
  await confirm(page)
  await stage.settle(page)
}

const stateOf = async (stage, page, id) => (await stage.get(page, `requests/${id}`))?.state

/** Writes a draft that lacks its basis in law and its measures; answers its id. */
export async function draft(stage, page, resource, inspect) {
  await stage.go(page, '/requests/new')
  await page.fill('[data-test=find-resource]', resource.name)
  await page.waitForSelector(`[data-test="choose-${resource.code}"]`)
  if (inspect) await stage.inspect(page, 'request-new-resource')
  if (inspect) await stage.handbook(page, 'request-wizard')
  await page.click(`[data-test="choose-${resource.code}"]`)
  await page.waitForSelector('.items')
  const open = resource.items.filter((item) => item.share_type !== 'none')
  for (const item of open.slice(0, 3)) await page.locator(`[data-test="item-${item.item}"] label`).first().click()
  if (inspect) await stage.inspect(page, 'request-new-items')
  await page.click('[data-test=next]')
  await page.fill('[data-test=q-matters]', 'E2E-SQ-001')
  await page.fill('[data-test=q-basis]', '领导批示')
  await page.fill('[data-test=q-scenario]', '受理群众申请时，由窗口人员核对申请人的基本信息。')
  if (inspect) await stage.inspect(page, 'request-new-purpose')
  await page.click('[data-test=next]')
  await page.waitForSelector('[data-test=q-contact]')
  if (inspect) await stage.inspect(page, 'request-new-terms')
  await page.click('[data-test=next]')
  await page.waitForSelector('[data-test=not-ready]')
  await stage.settle(page)
  if (inspect) await stage.inspect(page, 'request-new-check')
  await page.waitForURL(/requests\/(?!new)[^/]+\/edit/)
  return page.url().match(/requests\/([^/]+)\/edit/)[1]
}

/** Chooses one of the own client systems by its name. */
async function chooseClient(stage, page) {
  const { items } = await stage.get(page, 'clients/choices')
  assert(items.length > 0 && items.every((one) => one.name && !('public_key_pem' in one)), 'no client systems to choose from, or more than names')
  await stage.pick(page, '由哪些应用系统调用', items[0].name)
  await page.keyboard.press('Escape')
  await stage.inspect(page, 'request-terms-client')
}

export const sharing = [
  {
    name: 'request: draft, sign, one notice of gaps, complete, approve less, query, revoke, refused',
    async run(stage) {
      const { resource, provider, consumer, sample } = await parties(stage)
      const clerk = await stage.logIn(consumer.operator)
      const id = await draft(stage, clerk, resource, true)
      await clerk.click('[data-test=submit-request]')
      await clerk.waitForURL(new RegExp(`requests/${id}$`))
      await stage.settle(clerk)

      // The other side knows nothing before the head has signed.
      const office = await stage.logIn(provider.operator)
      assert((await stage.get(office, `requests/${id}`)) === null || stage.mock, 'the provider sees an unsigned request')
      const head = await stage.logIn(consumer.head, '/approvals')
      await stage.inspect(head, 'approvals')
      await stage.handbook(head, 'sign')
      await stage.go(head, `/requests/${id}`)
      await act(stage, head, 'sign')
      assert((await stateOf(stage, head, id)) === 'checking', 'not passed on by the signature')

      await stage.go(office, `/requests/${id}`)
      assert((await office.locator('[data-test=clock]').innerText()).includes('还剩'), 'no running clock is shown')
      await office.click('[data-test=act-gaps]')
      assert(await office.locator('[data-test^=gap-] input:checked').count(), 'the proposed gaps are not ticked')
      await office.click('[data-test=add-gap]')
      await office.fill('[data-test=own-gap-0]', '请写明联系科室和电话。')
      await stage.inspect(office, 'request-gaps')
      await stage.handbook(office, 'gaps-notice')
      await confirm(office)
      await stage.settle(office)
      assert((await stateOf(stage, office, id)) === 'incomplete', 'the notice did not give it back')
      assert((await office.locator('[data-test=act-gaps]').count()) === 0, 'a second notice is offered')

      await stage.go(clerk, `/requests/${id}`)
      const clock = await clerk.locator('[data-test=clock]').innerText()
      assert(clock.includes('补正期限') && clock.includes('还剩'), `no clock for filling the gaps: ${clock}`)
      await stage.inspect(clerk, 'request-incomplete')
      await clerk.click('[data-test=act-change]')
      await clerk.click('[data-test=step-purpose]')
      await clerk.fill('[data-test=q-basis]', '《社会救助暂行办法》第十一条')
      await clerk.click('[data-test=next]')
      await clerk.fill('[data-test=q-measures]', '窗口人员实名登录查看，不下载不留存，使用记录保存三年。')
      await clerk.fill('[data-test=q-contact]', '办公室 0571-88880000')
      await clerk.click('[data-test=next]')
      await clerk.waitForSelector('[data-test=ready]')
      await stage.inspect(clerk, 'request-ready')
      await clerk.click('[data-test=submit-request]')
      await clerk.waitForURL(new RegExp(`requests/${id}$`))
      await stage.go(head, `/requests/${id}`)
      await act(stage, head, 'sign')

      await stage.go(office, `/requests/${id}`)
      await act(stage, office, 'accept')
      await office.click('[data-test=act-decision]')
      await confirmRefused(office)
      await office.click('[data-test=way-narrow]')
      await office.fill('[data-test=s-day]', '20')
      await office.fill('[data-test=decide-text]', '每天二十次足够窗口使用。')
      await stage.inspect(office, 'request-decide')
      await stage.handbook(office, 'decision')
      await confirm(office)
      await stage.settle(office)
      const chief = await headOf(stage, resource.organisation_name)
      await stage.go(chief, `/requests/${id}`)
      await stage.inspect(chief, 'request-to-sign')
      await act(stage, chief, 'decision_sign')
      assert((await stateOf(stage, chief, id)) === 'approved', 'a narrower scope waits for nobody')

      await stage.go(clerk, `/requests/${id}`)
      assert((await clerk.locator('[data-test=differences]').innerText()).length > 3, 'what was cut is not said')
      await act(stage, clerk, 'accept_scope')
      // The agent confirms in its own time.
      let now = await stage.get(clerk, `requests/${id}`)
      for (let tries = 0; tries < 40 && now.state !== 'delivered'; tries++) {
        if (now.state === 'delivering' && tries % 10 === 9) {
          await stage.go(office, `/requests/${id}`)
          if (await office.locator('[data-test=act-deliver]').count()) await office.click('[data-test=act-deliver]').then(() => office.click('[data-test=confirm]'))
        }
        await clerk.waitForTimeout(500)
        now = await stage.get(clerk, `requests/${id}`)
      }
      await stage.go(clerk, `/requests/${id}`)
      await stage.inspect(clerk, 'request-delivered')
      await stage.handbook(clerk, 'time-line', '[data-test=timeline]')
      assert(now.state === 'delivered', `still ${now.state}`)
      assert((await clerk.locator('[data-test=timeline] li').count()) >= 8, 'the time line lacks steps')

      await clerk.click('[data-test=open-grant]')
      await stage.settle(clerk)
      await stage.inspect(clerk, 'grant-of-request')
      await stage.handbook(clerk, 'grant')
      await callThenRevoke(stage, { clerk, chief, grant: now.grant_id, sample })
    },
  },
  {
    name: 'grant: given back by the consumer with a reason; the next call is refused, the provider is told',
    async run(stage) {
      const { resource, provider, consumer, sample } = await parties(stage)
      const head = await stage.logIn(provider.head)
      const clerk = await stage.logIn(consumer.operator)
      const { user } = await stage.get(clerk, 'session')
      const made = await stage.post(head, 'grants', {
        consumer_id: user.organisation.id, resource_id: resource.id, items: resource.items.filter((item) => item.share_type !== 'none').slice(0, 2).map((item) => ({ item: item.item })),
        purposes: [{ matter: 'E2E-GH-001', basis: '《社会救助暂行办法》第十一条' }], shapes: ['query'], valid_until_ms: Date.now() + 30 * 86_400_000, quota_per_day: 50, quota_per_second: 5,
      })
      for (let tries = 0; tries < 60 && !stage.mock && (await stage.get(clerk, `grants/${made.id}`)).pin_state !== 'accepted'; tries++) await clerk.waitForTimeout(250)
      const ask = async () => {
        await clerk.click('[data-test=ask-send]')
        await clerk.waitForSelector('[data-test=answer], [data-test=error]')
      }
      const asks = sample && !stage.mock
      if (asks) {
        await stage.go(clerk, `/ask?grant=${made.id}`)
        await clerk.fill('[data-test=ask-value]', sample.value)
        await clerk.fill('[data-test=ask-case]', '2026-E2E-10')
        await ask()
        assert(await clerk.locator('[data-test=answer]').count(), await clerk.locator('[data-test=error]').allInnerTexts())
      }
      const other = await stage.logIn(consumer.operator, `/grants/${made.id}`)
      assert((await other.locator('[data-test=revoke]').count()) === 0, 'the consumer may revoke')
      await other.click('[data-test=giveBack]')
      await confirmRefused(other)
      await other.fill('[data-test=reason]', '端到端测试：事项已取消，不再使用。')
      await stage.inspect(other, 'grant-give-back')
      await confirm(other)
      await other.waitForSelector('[data-state=given_back]')
      await stage.settle(other)
      assert((await other.locator('[data-test=giveBack]').count()) === 0, 'it can be given back twice')
      await stage.inspect(other, 'grant-given-back')
      if (asks) {
        await ask()
        assert(await clerk.locator('[data-test=error]').count(), 'a grant that was given back still answers')
      }
      await stage.go(head, `/grants/${made.id}`)
      assert((await head.locator('[data-state=given_back]').count()) > 0 && (await head.locator('[data-test=resume]').count()) === 0, 'the provider does not see it')
      await stage.go(head, '/inbox')
      assert((await head.locator('main').innerText()).includes('已归还授权') || stage.mock, 'the provider was not told')
    },
  },
  {
    name: 'request: a client system is chosen by its name; refused only with a reason from the list and words; the time line says so',
    async run(stage) {
      const { resource, provider, consumer } = await parties(stage)
      const clerk = await stage.logIn(consumer.operator)
      const id = await draft(stage, clerk, resource, false)
      await stage.go(clerk, `/requests/${id}/edit?step=purpose`)
      await clerk.fill('[data-test=q-basis]', '《社会救助暂行办法》第十一条')
      await clerk.click('[data-test=next]')
      await chooseClient(stage, clerk)
      await clerk.fill('[data-test=q-measures]', '不下载不留存。')
      await clerk.fill('[data-test=q-contact]', '办公室')
      await clerk.click('[data-test=next]')
      await clerk.waitForSelector('[data-test=ready]')
      await clerk.click('[data-test=submit-request]')
      await clerk.waitForURL(new RegExp(`requests/${id}$`))
      const head = await stage.logIn(consumer.head, `/requests/${id}`)
      await act(stage, head, 'sign')
      // The consumer's people read the name of the client system, the provider's its id.
      const client = (await stage.get(clerk, `requests/${id}`)).clients[0]
      await stage.go(clerk, `/requests/${id}`)
      assert(client.name && (await clerk.locator('[data-test=client-name]').innerText()).includes(client.name), 'the client system is not named')
      const office = await stage.logIn(provider.operator, `/requests/${id}`)
      assert((await office.locator('[data-test=client-name]').innerText()) === client.client_id, 'the provider reads more than the id')
      await act(stage, office, 'accept')
      await office.click('[data-test=act-decision]')
      await office.click('[data-test=way-refuse]')
      await confirmRefused(office)
      await office.locator('[data-test^=reason-]').nth(1).click()
      await office.fill('[data-test=decide-text]', '办理该事项只需核验，无需取得数据。')
      await stage.inspect(office, 'request-refuse')
      await confirm(office)
      await stage.settle(office)
      const chief = await headOf(stage, resource.organisation_name)
      await stage.go(chief, `/requests/${id}`)
      await act(stage, chief, 'decision_sign')
      await stage.go(clerk, `/requests/${id}`)
      assert((await clerk.locator('[data-test=decision]').innerText()).includes('无需取得数据'), 'the reason is not told')
      assert((await clerk.locator('[data-test^=act-]').count()) === 0, 'something can still be done')
      await stage.inspect(clerk, 'request-refused')
    },
  },
  {
    name: 'request: an extension is asked for once and the bureau consents; a request can be withdrawn',
    async run(stage) {
      const { resource, provider, consumer } = await parties(stage)
      const clerk = await stage.logIn(consumer.operator)
      const id = await draft(stage, clerk, resource, false)
      await clerk.click('[data-test=submit-request]')
      await clerk.waitForURL(new RegExp(`requests/${id}$`))
      const head = await stage.logIn(consumer.head, `/requests/${id}`)
      await act(stage, head, 'sign')
      const office = await stage.logIn(provider.operator, `/requests/${id}`)
      await office.click('[data-test=act-extension]')
      await office.fill('[data-test=extend-days]', '3')
      await office.fill('[data-test=extend-reason]', '历史数据需要逐户核对。')
      await stage.inspect(office, 'request-extension')
      await confirm(office)
      await office.locator('[data-test=act-extension]').waitFor({ state: 'detached' })
      await stage.settle(office)
      assert((await office.locator('[data-test=act-extension]').count()) === 0, 'a second extension is offered')
      const bureau = await stage.logIn(stage.account('business_operator'), `/requests/${id}`)
      await bureau.click('[data-test=act-extension_consent]')
      await bureau.click('[data-test=view-agree]')
      await bureau.fill('[data-test=consent-reason]', '情况属实。')
      await confirm(bureau)
      await stage.settle(bureau)
      await stage.inspect(bureau, 'request-extended')
      await stage.go(clerk, `/requests/${id}`)
      await act(stage, clerk, 'withdraw', '端到端测试结束')
      assert((await stateOf(stage, clerk, id)) === 'withdrawn', 'not withdrawn')
    },
  },
  {
    name: 'requests: listed by side and state, searched, late ones picked out, exported',
    async run(stage) {
      const { consumer } = await parties(stage)
      const page = await stage.logIn(consumer.operator, '/requests')
      await stage.inspect(page, 'requests')
      await page.click('[data-test=view-consumer]')
      await stage.settle(page)
      const { items } = await stage.get(page, 'requests?side=consumer&page_size=200')
      assert(items.every((one) => one.side === 'consumer'), 'another office’s request among ours')
      assert(items.some((one) => OPEN.includes(one.state)) || items.length >= 0, 'nothing to look at')
      await page.fill('[data-test=search]', '绝对没有这样的申请')
      await page.waitForSelector('[data-test=empty]')
      await stage.inspect(page, 'requests-empty')
      const bureau = await stage.logIn(stage.account('business_operator'), '/requests?late=true')
      await stage.noError(bureau)
      await stage.inspect(bureau, 'requests-late')
    },
  },
  {
    name: 'needs: posted, answered by another office, assigned by the bureau, closed',
    async run(stage) {
      const { consumer, provider } = await parties(stage)
      const page = await stage.logIn(consumer.operator, '/needs')
      await page.click('[data-test=new-need]')
      await page.fill('[data-test=n-title]', `端到端测试需求 ${Date.now()}`)
      await page.fill('[data-test=n-description]', '逐月发放记录，含姓名、身份证号和金额。')
      await page.fill('[data-test=n-scenario]', '核对申请人收入。')
      await page.fill('[data-test=n-basis]', '《社会救助暂行办法》第十一条')
      await stage.inspect(page, 'need-new')
      await page.click('[data-test=confirm]:visible')
      await page.waitForURL(/needs\/[^/]+$/)
      await stage.settle(page)
      const id = page.url().split('/').pop()
      await stage.inspect(page, 'need')
      const office = await stage.logIn(provider.operator, `/needs/${id}`)
      await office.click('[data-test=need-answer]')
      await office.click('[data-test=view-no]')
      await office.fill('[data-test=answer-reason]', '本部门没有这项数据。')
      await confirm(office)
      await stage.settle(office)
      assert((await office.locator('[data-test=answers]').innerText()).includes('本部门没有这项数据'), 'the answer is not shown')
      const bureau = await stage.logIn(stage.account('business_operator'), `/needs/${id}`)
      await bureau.click('[data-test=need-designate]')
      await stage.pick(bureau, '由哪个部门负责')
      await bureau.fill('[data-test=need-reason]', '该项数据由其业务产生。')
      await stage.inspect(bureau, 'need-designate')
      await confirm(bureau)
      await stage.settle(bureau)
      await stage.go(page, `/needs/${id}`)
      await page.click('[data-test=need-close]')
      await page.fill('[data-test=need-reason]', '端到端测试结束')
      await confirm(page)
      await stage.settle(page)
      await stage.inspect(page, 'need-closed')
      await stage.go(page, '/needs')
      await stage.inspect(page, 'needs')
    },
  },
]

/** Confirming says what is missing and does nothing. */
async function confirmRefused(page) {
  await page.click('[data-test=confirm]:visible')
  await page.waitForSelector('.el-dialog .el-form-item__error')
}

/** A call under the grant passes; after the provider's head revoked it, the next is refused. */
async function callThenRevoke(stage, { clerk, chief, grant, sample }) {
  if (!sample || stage.mock) return
  const ask = async () => {
    await clerk.click('[data-test=ask-send]')
    await clerk.waitForSelector('[data-test=answer], [data-test=error]')
  }
  await stage.go(clerk, `/ask?grant=${grant}`)
  await clerk.fill('[data-test=ask-value]', sample.value)
  await clerk.fill('[data-test=ask-case]', '2026-E2E-9')
  await ask()
  assert(await clerk.locator('[data-test=answer]').count(), await clerk.locator('[data-test=error]').allInnerTexts())
  await stage.go(chief, `/grants/${grant}`)
  await chief.click('[data-test=revoke]')
  await chief.locator('[data-test^=cause-]').first().click()
  await chief.fill('[data-test=reason]', '端到端测试结束')
  await stage.inspect(chief, 'grant-revoke')
  await chief.click('[data-test=confirm]')
  await chief.waitForSelector('[data-state=revoked]')
  await ask()
  assert(await clerk.locator('[data-test=error]').count(), 'a revoked grant still answers')
}
