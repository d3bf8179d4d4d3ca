// Documents handed over: taken by the consumer, offered by the provider, each state, and what cannot be read.
import { assert } from '../stage.mjs'

/** Whether an agent has a folder that takes documents in. */
const takes = (agent) => agent.connected && agent.targets.some((one) => one.kind === 'documents')

/** Somebody of a side of a grant for documents. Nothing when the demo has none. */
async function party(stage, side, wanted = () => true) {
  const accounts = side === 'consumer' && stage.mock ? stage.accounts('department_operator', '民政局') : stage.accounts('department_operator')
  for (const account of accounts) {
    const page = await stage.logIn(account)
    const { user } = await stage.get(page, 'session')
    const grants = (await stage.get(page, 'grants?state=active&page_size=200')).items.filter((one) => one[`${side}_id`] === user.organisation.id && one.shapes.includes('file') && !one.client_ids.length && wanted(one))
    const agents = (await stage.get(page, 'agents?page_size=200')).items.filter((one) => one.organisation_id === user.organisation.id && takes(one))
    if (grants.length && (side === 'provider' || agents.length)) return { page, grant: grants[0], agent: agents[0] }
    await page.context().close()
  }
  return null
}

/** Chooses the first document under a grant, from the grant's own page, and fills in the matter. */
async function choose(stage, page, grant, caseNo, look) {
  await stage.go(page, `/grants/${grant.id}`)
  await page.click('[data-test=hand-over]')
  await page.waitForSelector('[data-test=document]')
  await stage.settle(page)
  if (look) {
    await stage.inspect(page, 'handover-documents')
    await stage.handbook(page, 'handover-documents')
    await page.click('[data-test=next]')
    await page.waitForSelector('.el-form-item__error')
    await stage.inspect(page, 'handover-document-missing', ['phone'])
  }
  const first = page.locator('[data-test=document]').first()
  const name = await first.inputValue()
  if (look) {
    // By a part of its name it is found again; by nonsense nothing is.
    await page.fill('[data-test=search]', '没有这样的文件')
    await page.waitForSelector('[data-test=empty]')
    await stage.inspect(page, 'handover-documents-none', ['phone'])
    await page.fill('[data-test=search]', name.split('/').pop())
    await page.waitForSelector(`[data-test=document][value="${name}"]`)
  }
  await page.locator(`[data-test=document][value="${name}"]`).first().check()
  await page.waitForSelector('[data-test=chosen-document]')
  await page.click('[data-test=next]')
  await page.waitForSelector('[data-test=case-no]')
  await stage.settle(page)
  if (look) {
    await page.click('[data-test=create-handover]')
    await page.waitForSelector('.el-form-item__error')
    await stage.inspect(page, 'handover-matter-wrong', ['phone'])
  }
  await stage.pick(page, '用于什么事项')
  await page.fill('[data-test=case-no]', caseNo)
  await page.fill('textarea[data-test=note], [data-test=note] textarea', '核查申请人房产用。')
  return name
}

const shows = (page, state) => page.waitForSelector(`h1 ~ .state[data-state=${state}], .title [data-state=${state}]`)

export const documents = [
  {
    name: 'documents: a document is taken under a grant, watched until it is received, and its receipt stands in the evidence',
    async run(stage) {
      const found = await party(stage, 'consumer', (one) => !stage.mock || one.id === 'g-file')
      if (!found) return console.log('        nobody may take documents here')
      const { page, grant, agent } = found
      await stage.inspectEverywhere(page, '/handovers/new', 'handover-new')
      const caseNo = `E2E-WJ-${Date.now().toString(36)}`
      const name = await choose(stage, page, grant, caseNo, true)
      const target = agent.targets.find((one) => one.kind === 'documents')
      await stage.pick(page, '接收文件夹', target.name)
      await stage.inspect(page, 'handover-matter')
      await stage.handbook(page, 'handover-matter')
      await page.click('[data-test=create-handover]')
      await page.waitForURL(/\/handovers\/(?!new)[^/]+$/)
      await page.waitForSelector('[data-test=done]')
      await stage.settle(page)
      await stage.noError(page)
      const id = page.url().split('/').pop()
      const made = await stage.get(page, `handovers/${id}`)
      assert(made.document === name && made.bytes === made.moved && made.digest.length === 64, 'what was received is not told')
      assert((await page.locator('[data-test=path]').innerText()).includes(made.path), 'where it lies is not told')
      assert((await page.locator('pre').innerText()).includes(made.digest), 'the digest is not shown')
      await page.waitForSelector('.el-message', { state: 'detached' })
      await stage.inspect(page, 'handover-received')
      await stage.handbook(page, 'handover')
      const receipt = page.locator('[data-test=evidence-receipt] a')
      assert(await receipt.count(), 'no receipt')
      await receipt.click()
      await page.waitForURL('**/evidence/*')
      await stage.settle(page)
      await stage.noError(page)
      await stage.go(page, `/handovers?q=${caseNo}`)
      assert((await page.locator('main tbody tr').count()) === 1, 'it is not found by its case')
      await stage.go(page, '/handovers?state=done&side=in')
      assert(await page.locator('main tbody tr').count(), 'it is not among those received here')
      await stage.go(page, '/handovers?state=failed&side=out')
      await stage.noError(page)
      await stage.go(page, '/handovers')
      await stage.inspect(page, 'handovers')
      await stage.handbook(page, 'handovers')
      // The folder of the last time stands there already.
      await choose(stage, page, grant, caseNo)
      assert((await page.locator('.el-select:has(input[aria-label="接收文件夹"])').innerText()).includes(target.name), 'the folder of the last time is forgotten')
    },
  },
  {
    name: 'documents: the provider offers one, the consumer sees it first in the list and accepts or declines it',
    async run(stage) {
      const taker = await party(stage, 'consumer', (one) => !stage.mock || one.id === 'g-file')
      const giver = taker && (await party(stage, 'provider', (one) => one.id === taker.grant.id))
      if (!giver) return console.log('        nobody may offer documents here')
      const addresses = []
      for (const round of [1, 2]) {
        await choose(stage, giver.page, taker.grant, `E2E-DS-${round}`)
        await giver.page.waitForSelector('[data-test=offer-notice]')
        if (round === 1) await stage.inspect(giver.page, 'handover-offer')
        await giver.page.click('[data-test=create-handover]')
        await giver.page.waitForURL(/\/handovers\/(?!new)[^/]+$/)
        await giver.page.waitForSelector('[data-test=offered]')
        if (round === 1) await stage.inspect(giver.page, 'handover-offered')
        addresses.push(new URL(giver.page.url()).pathname)
      }
      const { page } = taker
      await stage.go(page, '/handovers')
      await page.waitForSelector('[data-test=offers]')
      await stage.inspect(page, 'handovers-offers')
      await page.locator(`[data-test=offers] a[href="${addresses[0]}"]`).click()
      await page.waitForSelector('[data-test=accept]')
      await stage.inspect(page, 'handover-to-accept')
      await stage.handbook(page, 'handover-offer')
      await page.click('[data-test=accept]')
      await page.waitForSelector('.el-dialog [aria-label="接收文件夹"]')
      await stage.settle(page)
      await stage.inspect(page, 'handover-accept')
      await page.click('.el-dialog [data-test=confirm]')
      await page.waitForSelector('[data-test=done]')
      await stage.go(page, addresses[1])
      await page.click('[data-test=decline]')
      await stage.inspect(page, 'handover-decline', ['phone'])
      await page.click('[data-test=confirm]')
      await shows(page, 'declined')
      await stage.go(giver.page, addresses[1])
      await shows(giver.page, 'declined')
      assert((await giver.page.locator('[data-test=accept], [data-test=retry], [data-test=path]').count()) === 0, 'the provider sees what is not its own')
    },
  },
  {
    name: 'documents: each state says what it means, whoever looks, and an agent that is away is told as such',
    async run(stage) {
      const bureau = await stage.logIn(stage.account('business_operator'), '/handovers')
      await stage.noError(bureau)
      assert((await bureau.locator('[data-test=new-handover], [data-test=offers]').count()) === 0, 'others may act')
      if (!stage.mock) return
      const page = await stage.logIn(stage.account('department_operator', '民政局'))
      const look = async (path, name, wanted) => {
        await page.goto(stage.world.url + path)
        await page.waitForSelector(wanted)
        // What moves never comes to rest: the picture is taken as it is.
        for (const [suffix, size] of [['phone', { width: 360, height: 780 }], ['wide', { width: 1440, height: 900 }]]) {
          await page.setViewportSize(size)
          await page.waitForTimeout(150)
          await page.screenshot({ path: `${stage.results}/${name}-${suffix}.png`, fullPage: true })
          await stage.noOverflow(page, name)
          await stage.accessible(page, name)
        }
      }
      const states = { moving: '[data-test=live] [role=progressbar]', preparing: '[data-test=live]', failed: '[data-test=notice]', waiting: '[data-test=notice]', given: '[data-test=cancel]', lapsed: '[data-test=over]', cancelled: '[data-test=over]', removed: '[data-test=over]' }
      for (const [name, wanted] of Object.entries(states)) await look(`/handovers/h-${name}`, `handover-state-${name}`, wanted)
      await look('/handovers/new?grant=g-away', 'handover-offline', '[data-test=documents-offline]')
      await look('/handovers/new?grant=g-give', 'handover-no-documents', '[data-test=empty]')
      await page.goto(`${stage.world.url}/handovers/new?grant=g-file`)
      await page.waitForSelector('[data-test=document]')
      await page.fill('[data-test=search]', '坏盘')
      await page.waitForSelector('[data-test=error]')
      await stage.accessible(page, 'documents that cannot be read')
      await page.goto(`${stage.world.url}/handovers/h-failed`)
      await page.click('[data-test=retry]')
      await page.click('[data-test=confirm]')
      await page.waitForSelector('[data-test=done]')
      await page.goto(`${stage.world.url}/handovers/h-waiting`)
      await page.click('[data-test=cancel]')
      await page.click('[data-test=confirm]')
      await shows(page, 'cancelled')
    },
  },
]
